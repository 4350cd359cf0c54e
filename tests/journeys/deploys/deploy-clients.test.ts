import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { converse } from "../../support/conversation.ts";
import { terminate } from "../../support/replica/deploy.ts";
import { readAsForeigner } from "../../support/clients/foreign-reader.ts";
import {
  environment,
  root,
  startServerProcess,
  type ServerProcess,
} from "../../support/server/server-process.ts";
import { calls, script, scriptModel, type Step } from "../../support/models/script.ts";
import { eventsOf, eventWhere, taskIn, until } from "../../support/until.ts";

let server: ServerProcess;
beforeAll(async () => void (server = await startServerProcess()));
afterAll(() => server.stop());

const speech: Step = { text: `${"Slowly said. ".repeat(30)}That was it.`, tokensPerSecond: 40 };

test("an EventSource of somebody else comes back by itself with the last id, and sees each event once", async () => {
  const talk = await converse(server, [
    { ...speech, toolCalls: [{ toolName: "listFiles", input: { directory_path: "." } }] },
    speech,
  ]);
  const reader = readAsForeigner(server, talk.sessionId, types);
  onTestFinished(() => reader.close());
  await until("it reads along", () => reader.ids.length > 5);
  for (const deploy of [1, 2]) {
    await terminate(server);
    await server.start();
    await until(`it is back after deploy ${deploy}`, () => reader.snapshots === 1 + deploy);
  }
  await taskIn(server, talk.taskId, "completed");
  const log = await eventsOf(server, talk.sessionId);
  await until("it has read all", () => reader.ids.at(-1) === log.at(-1)?.id);
  expect(new Set(reader.ids).size).toBe(reader.ids.length);
  expect(reader.ids.toSorted()).toEqual(reader.ids);
  // What a later event made void may be read live and is left out of the log.
  expect(log.map(({ id }) => id).filter((id) => !reader.ids.includes(id))).toEqual([]);
});

test("the terminal client goes on through two deploys: every event once, and exit code 0", async () => {
  const steps = [calls("bash", { command: "echo run; sleep 0.4" }), speech];
  const command = talkcody("run", "--json", "--yes", "--model", scriptModel, script(...steps));
  const { sessionId } = await until("it says where it is", () => command.frames()[0]);
  for (const type of ["tool.output", "token"]) {
    await eventWhere(server, sessionId, (event) => event.type === type);
    await terminate(server);
    await server.start();
  }
  expect(await command.code, command.said()).toBe(0);
  const heard = command.frames().flatMap((frame) => ("id" in frame ? [frame.id] : []));
  const log = (await eventsOf(server, sessionId)).map(({ id }) => id);
  expect(heard).toEqual([...new Set(heard)].toSorted());
  const meant = log.slice(log.indexOf(heard[0] ?? ""), log.indexOf(heard.at(-1) ?? "") + 1);
  expect(meant.filter((id) => !heard.includes(id))).toEqual([]);
  expect(heard.length).toBeGreaterThan(20);
});

interface Line {
  id?: string;
  type: string;
  sessionId: string;
}

/** The program of a person, as a process of its own. */
function talkcody(...args: string[]) {
  const env = { ...environment(server.folder), TALKCODY_URL: server.url };
  const child = spawn(process.execPath, [join(root, "packages/cli/bin/talkcody.mjs"), ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = { out: "", error: "" };
  child.stdout.on("data", (bytes: Buffer) => (said.out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (said.error += bytes.toString()));
  const lines = () => said.out.split("\n").slice(0, -1);
  return {
    code: new Promise<number | null>((resolve) => child.once("close", resolve)),
    frames: () => lines().map((line) => JSON.parse(line) as Line),
    said: () => said.out.slice(-500) + said.error,
  };
}

const types = [
  "snapshot",
  "gap",
  "token",
  "reasoning",
  "message.created",
  "message.final",
  "tool.call",
  "tool.output",
  "tool.result",
  "status",
  "error",
  "action.required",
  "action.resolved",
  "task.updated",
  "session.updated",
  "workspace.updated",
  "usage",
] as const;
