import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, expectWorksOnce, unknownId } from "../../support/claims.ts";
import { eventsOf, taskIn } from "../../support/until.ts";
import { messagesOf } from "../../support/conversation.ts";
import { says, script, scriptModel } from "../../support/models/script.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const create = (body: unknown) => server.call("createSession", { body });
const count = async () => (await server.call("listSessions", { query: { limit: 200 } })).body.items.length;

test("createSession makes an idle session in a scratch workspace of its own", async () => {
  const { status, body } = await create({});
  expect(status).toBe(201);
  expect(body).toMatchObject({
    status: "idle",
    title: "New session",
    model: null,
    activeTask: null,
    settings: {},
  });
  const { workspaceId } = body;
  const workspace = await server.call("getWorkspace", { params: { workspaceId } });
  expect(workspace.body).toMatchObject({ kind: "scratch", repository: null });
  expect((await server.call("getSession", { params: { sessionId: body.id } })).body).toEqual(body);
});

test("createSession with a message queues its first task at once", async () => {
  const { body } = await create({ model: scriptModel, message: { content: script(says("Good day.")) } });
  expect(body).toMatchObject({ status: "running", title: "Play this." });
  const task = await taskIn(server, body.activeTask?.id ?? "", "completed");
  expect(task).toMatchObject({ sessionId: body.id, steps: 1 });
  const messages = await messagesOf(server, body.id);
  expect(messages.map(({ role, position }) => [role, position])).toEqual([
    ["user", 0],
    ["assistant", 1],
  ]);
  expect(messages[1]?.content).toEqual([{ type: "text", text: "Good day." }]);
});

test("createSession keeps what it was told", async () => {
  const settings = { autoApproveEdits: true, stepsMax: 7 };
  const { body } = await create({ title: "Mine", model: scriptModel, settings });
  expect(body).toMatchObject({
    title: "Mine",
    model: scriptModel,
    settings: { ...settings, model: scriptModel },
  });
});

test("createSession shares a workspace that is there", async () => {
  const { workspaceId } = (await create({})).body;
  expect((await create({ workspaceId })).body.workspaceId).toBe(workspaceId);
});

test("createSession begins its log with the session and the workspace", async () => {
  const { id, lastEventId } = (await create({})).body;
  const events = await eventsOf(server, id);
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(["session.updated", "workspace.updated"]);
  expect(events.map((event) => event.id)).toContain(lastEventId);
});

test("createSession makes nothing when one part of the request is impossible", async () => {
  const workspaces = async () => (await server.call("listWorkspaces")).body.items.length;
  const before = [await count(), await workspaces()];
  expectProblem(await create({ agentId: unknownId("agt") }), "not-found");
  expectProblem(await create({ workspaceId: unknownId("wsp") }), "not-found");
  expectProblem(
    await create({ message: { content: "Hi", fileIds: [unknownId("fil")] }, model: scriptModel }),
    "not-found",
  );
  expectProblem(await create({ message: { content: "Hi" } }), "model-not-configured");
  expectProblem(await create({ model: "x@nowhere" }), "model-not-configured");
  expect([await count(), await workspaces()]).toEqual(before);
});

test("createSession refuses what the contract does not know, and points at it", async () => {
  const invalid: [unknown, string][] = [
    [{ titel: "typo" }, ""],
    [{ title: "" }, "/title"],
    [{ title: "   " }, "/title"],
    [{ title: 7 }, "/title"],
    [{ settings: { stepsMax: 0 } }, "/settings/stepsMax"],
    [{ settings: { autoApprove: true } }, "/settings"],
    [{ message: { content: "" } }, "/message/content"],
    [{ workspace: { branch: "main" } }, "/workspace"],
  ];
  for (const [body, pointer] of invalid) {
    const answer = await create(body);
    expectProblem(answer, "invalid-request");
    expect(answer.problem.errors?.some((error) => error.pointer.startsWith(pointer))).toBe(true);
  }
  const both = { workspaceId: unknownId("wsp"), workspace: {} };
  for (const body of [both, [], null, 7]) expectProblem(await create(body), "invalid-request");
});

test("createSession works once for each idempotency key", async () => {
  const request = { body: { title: "Once" } };
  await expectWorksOnce(server, "createSession", {
    request,
    other: { body: { title: "Twice" } },
    effects: count,
  });
});

test("createSession is for key holders only", async () => {
  await expectRefusesStrangers(server, "createSession", { request: { body: {} }, state: count });
});

test.each([
  ["\u001b[31mFix\u001b[0m the build\u0007", "Fix the build"],
  ["\u001b]0;evil\u0007Run \u202egnp.exe", "Run <U+202E>gnp.exe"],
  ["\u001b[2J\nSecond line", "Second line"],
  ["\u001b[2J", "New session"],
])(
  "createSession makes a title without what steers a terminal from %j, and keeps the message",
  async (content, title) => {
    const { body } = await create({ model: scriptModel, message: { content } });
    expect(body.title).toBe(title);
    const [message] = await messagesOf(server, body.id);
    expect(message?.content).toEqual([{ type: "text", text: content }]);
  },
);
