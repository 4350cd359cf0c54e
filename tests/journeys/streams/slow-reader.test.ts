import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Event } from "../../../packages/shared/src/index.ts";
import { converse } from "../../support/conversation.ts";
import { expectOnceInOrder, follow } from "../../support/clients/follower.ts";
import {
  pausedSocketReader,
  pausedSseReader,
  type PausedReader,
} from "../../support/clients/paused-reader.ts";
import { calls } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { eventsOf, until } from "../../support/until.ts";

const megabyte = 1024 * 1024;
/** Says 2 MB, one on each output: as much as the server tells live of one command. */
const loud =
  "for i in $(seq 26); do head -c 40000 /dev/zero | tr '\\0' x; head -c 40000 /dev/zero | tr '\\0' y >&2; sleep 0.01; done";

let server: ServerProcess;
let heartbeat: { comments: () => number; close: () => void };
beforeAll(async () => {
  // A collector that cleans up early, so that the memory of the process is what it holds and not what it has not yet
  // let go of. A server that held what slow readers owe would end here.
  server = await startServerProcess({
    env: { NODE_OPTIONS: "--max-semi-space-size=2 --max-old-space-size=96" },
  });
  const { sessionId } = await converse(server, [{ text: "Then silence." }]);
  heartbeat = countComments(sessionId);
});
afterAll(async () => {
  heartbeat.close();
  await server.stop();
});

test("readers that stopped reading cost little memory, slow nobody down, and miss nothing", async () => {
  // Twice at once: what a busy server takes is no cost of the slow.
  const unhindered = await Promise.all([listenToLoud(noneJoins), listenToLoud(noneJoins)]);
  const { paused, fast, log, most } = await listenToLoud((sessionId) =>
    Promise.all([pausedSseReader(server, sessionId), pausedSocketReader(server, sessionId)]),
  );
  const heard = fast[0]?.events ?? [];
  const bytes = heard.reduce((sum, event) => sum + JSON.stringify(event).length, 0);
  expect(bytes, "passed").toBeGreaterThan(20 * megabyte);
  expect(
    (most - Math.max(...unhindered.map((run) => run.most))) / megabyte,
    "MB more than without them",
  ).toBeLessThan(60);
  for (const reader of fast) expectOnceInOrder(reader.events, log);
  for (const reader of paused) await expectCatchesUp(reader, log);
});

test("an idle stream shows a sign of life every 15 s", async () => {
  const comments = () => heartbeat.comments();
  await until("a comment comes", () => comments() > 0);
  expect(comments()).toBeGreaterThan(0);
});

/** Whatever the line still brings, with the rest read from where it ended, is the whole log, once and in order; and perhaps output that has left the log since. */
async function expectCatchesUp(reader: PausedReader, log: readonly Event[]): Promise<void> {
  const ids = log.map(({ id }) => id);
  const { ids: heard } = await reader.goOn(ids.at(-1) ?? "");
  const rest = follow(server, log[0]?.sessionId ?? "", { after: heard.at(-1) ?? "" });
  const all = () => [...heard, ...rest.events.map(({ id }) => id)];
  await rest.waitFor("the end", () => all().at(-1) === ids.at(-1));
  await rest.stop();
  expect(all()).toEqual([...new Set(all())].toSorted());
  const lasting = log.filter(({ type }) => !passing.has(type)).map(({ id }) => id);
  const kept = new Set(lasting);
  expect(all().filter((id) => kept.has(id))).toEqual(lasting);
}

/** What a later event makes void, so that it leaves the log. */
const passing = new Set<Event["type"]>(["tool.output", "token", "reasoning"]);

const noneJoins = () => Promise.resolve([]);

/** Lets a session say more than 20 MB to a fast reader on each transport, and to others. */
async function listenToLoud(join: (sessionId: string) => Promise<PausedReader[]>) {
  const steps = Array.from({ length: 11 }, () => calls("bash", { command: loud }));
  const { sessionId } = await converse(server, steps, { settings: { autoApproveCommands: true } });
  const paused = await join(sessionId);
  const fast = (["sse", "websocket"] as const).map((over) => follow(server, sessionId, { over }));
  let most = 0;
  const areAtEnd = () => {
    most = Math.max(most, server.rssBytes());
    return fast.every(({ state }) => state.session?.status === "idle");
  };
  await until("all hear the end", areAtEnd);
  await Promise.all(fast.map((reader) => reader.stop()));
  return { paused, fast, most, log: await eventsOf(server, sessionId) };
}

function countComments(sessionId: string) {
  let comments = 0;
  const headers = { "x-api-key": server.key, accept: "text/event-stream" };
  const sent = request(
    `${server.url}/v1/sessions/${sessionId}/events`,
    { headers, agent: false },
    (response) => {
      response.setEncoding("utf8");
      response.on("data", (text: string) => (comments += text.split(/^:/m).length - 1));
      response.on("error", () => {});
    },
  );
  sent.on("error", () => {});
  sent.end();
  return { comments: () => comments, close: () => sent.destroy() };
}
