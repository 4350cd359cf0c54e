import { expect, test } from "vitest";
import contract from "../../packages/shared/src/contract.gen.json" with { type: "json" };
import { converse, decide, say } from "../support/conversation.ts";
import { asks, calls, callsAll } from "../support/models/script.ts";
import { openTestSocket } from "../support/clients/socket.ts";
import { openTestStream } from "../support/clients/stream.ts";
import { eventsOf, pendingAction, taskIn, until } from "../support/until.ts";
import { useTestServer } from "../support/server/use-server.ts";
import { cloned } from "../support/workspaces.ts";

const server = useTestServer();

/** Asks the proxy for a host that nobody has granted. */
const asksForHost = String.raw`exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT host.example:443 HTTP/1.1\r\nHost: host.example:443\r\n\r\n' >&3; head -n 1 <&3`;

/** A session with everything in it; every answer, event and frame on the way is held against the contract. */
async function richSession(): Promise<string> {
  const { workspaceId } = await cloned(server);
  const plan = [
    calls("writeFile", { file_path: "x", content: "no" }),
    calls("exitPlanMode", { plan: "1. Edit." }),
  ];
  const edit = calls("editFile", {
    file_path: "README.md",
    edits: [{ old_string: "Sample", new_string: "Better" }],
  });
  const both = callsAll(
    ["readFile", { file_path: "README.md" }],
    ["bash", { command: `echo out; echo err >&2; ${asksForHost}` }],
  );
  const thought = { reasoning: "Let me think.", text: "All is done.", tokensPerSecond: 200 };
  const { sessionId, taskId } = await converse(server, [...plan, edit, asks(), both, thought], {
    workspaceId,
    settings: { planMode: true },
  });
  const approve = async () =>
    decide(server, sessionId, { type: "approve", actionId: (await pendingAction(server, sessionId)).id });
  await approve();
  await approve();
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "respond", actionId, result: { colour: "Red" } });
  await approve();
  await taskIn(server, taskId, "completed");
  const failing = await say(server, sessionId, [
    { text: "Oh", fail: { failure: "refused", afterTokens: 1 } },
  ]);
  await taskIn(server, failing.task.id, "failed");
  const cancelled = await say(server, sessionId, [asks("size")]);
  await pendingAction(server, sessionId);
  await server.call("updateTask", { params: { taskId: cancelled.task.id }, body: { state: "cancelled" } });
  return sessionId;
}

test("every type of event appears in a rich session, and each is of its schema", async () => {
  const sessionId = await richSession();
  const seen = new Set((await eventsOf(server, sessionId)).map(({ type }) => type as string));
  const known = Object.keys(contract.components.schemas.Event.discriminator.mapping);
  expect(known.filter((type) => !seen.has(type))).toEqual([]);
});

test("the stream and the socket carry the very same events as the log", async () => {
  const sessionId = await richSession();
  const log = await eventsOf(server, sessionId);
  const stream = await openTestStream(server, sessionId);
  const socket = await openTestSocket(server);
  socket.send({ type: "subscribe", id: "1", sessionId, after: "evt_0001_0000000000" });
  const streamed = () => stream.frames.filter((frame) => "id" in frame);
  const pushed = () => socket.frames.flatMap((frame) => (frame.type === "event" ? [frame.event] : []));
  await until(
    "both have told everything",
    () => streamed().length >= log.length && pushed().length >= log.length,
  );
  expect(streamed()).toEqual(log);
  expect(pushed()).toEqual(log);
  stream.close();
  socket.close();
});

test("every task of a rich session has ended with all its calls answered and nothing pending", async () => {
  const sessionId = await richSession();
  const events = await eventsOf(server, sessionId);
  const ids = (type: string) =>
    events.flatMap((event) =>
      event.type === type && "toolCallId" in event.data ? [event.data.toolCallId] : [],
    );
  expect(ids("tool.result").sort()).toEqual(ids("tool.call").sort());
  expect((await server.call("listSessionActions", { params: { sessionId } })).body.items).toEqual([]);
  expect((await server.call("getSession", { params: { sessionId } })).body).toMatchObject({
    status: "idle",
    activeTask: null,
  });
});
