import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { damagesIn } from "../../../lib/storage/index.ts";
import { databaseNames, type DatabaseName } from "../../../lib/database-name.ts";
import { converse, say } from "../../support/conversation.ts";
import { copyDatabase, putBack, reportOf } from "../../support/replica/copies.ts";
import { randomFrom } from "../../support/clients/cutter.ts";
import { atRest, expectSameAsStored, follow } from "../../support/clients/follower.ts";
import { asks, calls, says, type Step } from "../../support/models/script.ts";
import { startTestServer, type TestServer } from "../../support/server/server.ts";
import { eventsOf, taskIn, until } from "../../support/until.ts";
import { prepared } from "../../support/workspaces.ts";

const cuts = 30;
const seed = 20_261_122;

/** Work of every kind, one after another without a pause, until it is told to end. */
async function load(
  server: TestServer,
  random: () => number,
  { signal, onRound }: { signal: AbortSignal; onRound: (rounds: number) => void },
): Promise<void> {
  const kinds: Step[] = [
    { text: "Slowly said. ".repeat(20), tokensPerSecond: 200 },
    calls("bash", { command: "echo once >> effects; sleep 0.05" }),
    calls("writeFile", { file_path: "a.txt", content: "a" }),
    asks(),
  ];
  for (let round = 0; !signal.aborted && round < 40; round++) {
    const profile = { name: `Agent ${round}`, systemPrompt: "You are young." };
    const { id: agentId } = (await server.call("createAgent", { body: profile })).body;
    const kind = kinds[Math.floor(random() * kinds.length)] ?? says("");
    const { sessionId } = await converse(server, [kind, says("So.")], {
      agentId,
      settings: { autoApproveCommands: random() < 0.7 },
    });
    if (random() < 0.5) await say(server, sessionId, [says("And more.")]);
    if (random() < 0.3) await server.call("deleteAgent", { params: { agentId } });
    await server.call("updateSettings", { body: { settings: { stepsMax: 50 + round } } });
    onRound(round + 1);
    await pause(random() * 40);
  }
}

/** What no cut may leave behind, and what must go on. */
async function expectConsistent(server: TestServer, random: () => number): Promise<void> {
  const { body: tasks } = await server.call("listTasks", { query: { limit: 200 } });
  expect(tasks.items.filter(({ state }) => !["completed", "failed", "cancelled"].includes(state))).toEqual(
    [],
  );
  expect((await server.call("listActions", {})).body.items).toEqual([]);
  const { body: sessions } = await server.call("listSessions", { query: { limit: 200 } });
  const report = reportOf(server);
  for (const { id, agentId, workspaceId } of sessions.items) {
    const agent = await server.call("getAgent", { params: { agentId } });
    expect(agent.status === 404, id).toBe(report.sessionsWithoutAgent.includes(id));
    expect(await prepared(server, workspaceId)).toMatchObject({ state: "ready" });
  }
  const chosen = sessions.items[Math.floor(random() * sessions.items.length)];
  if (chosen === undefined) return;
  const { task } = await say(server, chosen.id, [says("On we go.")]);
  await taskIn(server, task.id, "completed");
  const reader = follow(server, chosen.id);
  await atRest(server, reader, chosen.id);
  await expectSameAsStored(server, reader);
  await reader.stop();
  expect((await eventsOf(server, chosen.id)).every(({ id }) => id.startsWith("evt_0002_"))).toBe(true);
}

test(`${cuts} random cuts (seed ${seed}), each with three instants under load, end consistent`, async () => {
  const random = randomFrom(seed);
  const folder = mkdtempSync(join(tmpdir(), "talkcody-cuts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const copies: Record<DatabaseName, string>[] = [];
  const worker = await startTestServer();
  const ending = new AbortController();
  let rounds = 0;
  const work = load(worker, random, { signal: ending.signal, onRound: (count) => (rounds = count) });
  for (let cut = 0; cut < cuts; cut++) {
    const taken: Record<DatabaseName, string> = { chat_history: "", agents: "", settings: "" };
    await until("there is something new to cut", () => rounds > cut);
    for (const name of databaseNames.toSorted(() => random() - 0.5)) {
      await pause(random() * 60);
      taken[name] = copyDatabase(worker.dataDir, name, join(folder, `${cut}`));
    }
    copies.push(taken);
  }
  ending.abort();
  await work;
  await worker.stop();
  const found = { tasksEnded: 0, sessionsWithoutAgent: 0 };
  for (const [cut, taken] of copies.entries()) {
    const dataDir = join(folder, `restored-${cut}`);
    putBack(dataDir, taken);
    const server = await startTestServer({ env: { TALKCODY_DATA_DIR: dataDir } });
    await expectConsistent(server, random);
    const report = reportOf(server);
    for (const name of ["tasksEnded", "sessionsWithoutAgent"] as const) found[name] += report[name].length;
    await server.stop();
    for (const name of databaseNames) expect(damagesIn(join(dataDir, `${name}.db`)), name).toEqual([]);
  }
  expect(found.tasksEnded).toBeGreaterThan(cuts);
  expect(found.sessionsWithoutAgent).toBeGreaterThan(0);
});
