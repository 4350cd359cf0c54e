import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId, walkPages } from "../../support/claims.ts";
import { converse, createSession, messagesOf, say } from "../../support/conversation.ts";
import { asks, calls, says } from "../../support/models/script.ts";
import { taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();

test("listMessages walks the conversation in its order, each message once", async () => {
  const { sessionId, taskId } = await converse(server, [
    calls("listFiles", { directory_path: "." }),
    says("Empty."),
  ]);
  await taskIn(server, taskId, "completed");
  const second = await say(server, sessionId, [says("Again.")]);
  await taskIn(server, second.task.id, "completed");
  const walked = await walkPages((query) => server.call("listMessages", { params: { sessionId }, query }));
  expect(walked.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool",
    "assistant",
    "user",
    "assistant",
  ]);
  expect(walked.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
});

test("listMessages shows at the end what the agent has not taken up, in every page size", async () => {
  const { sessionId, taskId } = await converse(server, [asks()]);
  await taskIn(server, taskId, "waiting");
  for (const content of ["first", "second", "third"])
    await server.call("sendMessage", { params: { sessionId }, body: { content } });
  for (const limit of [1, 2, 3, 200]) {
    const all = await walkPages(
      (query) => server.call("listMessages", { params: { sessionId }, query }),
      limit,
    );
    expect(all.map(({ position }) => position)).toEqual([0, 1, null, null, null]);
    expect(all.slice(2).flatMap(({ content }) => content)).toMatchObject([
      { text: "first" },
      { text: "second" },
      { text: "third" },
    ]);
  }
});

test("listMessages of a new session is empty", async () => {
  const { id } = await createSession(server);
  expect(await messagesOf(server, id)).toEqual([]);
});

test("listMessages refuses sessions and queries it does not know", async () => {
  const { id: sessionId } = await createSession(server);
  expectProblem(await server.call("listMessages", { params: { sessionId: unknownId("ses") } }), "not-found");
  for (const query of [{ limit: 0 }, { limit: 201 }, { cursor: "x" }, { order: "desc" }])
    expectProblem(await server.call("listMessages", { params: { sessionId }, query }), "invalid-request");
});

test("listMessages is for key holders only", async () => {
  const { id: sessionId } = await createSession(server);
  await expectRefusesStrangers(server, "listMessages", {
    request: { params: { sessionId } },
    state: async () => null,
  });
});
