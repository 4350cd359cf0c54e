import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCaller, type Caller } from "../../support/clients/caller.ts";
import { environment, freePort, hasEnded, root } from "../../support/server/server-process.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { until } from "../../support/until.ts";

let prepared: ServerProcess;
beforeAll(async () => {
  prepared = await startServerProcess(); // All folders and schemas are there then.
});
afterAll(() => prepared.stop());

interface Life extends Caller {
  said(): string;
  /** The exit code, once it is gone. */
  ended(): Promise<number | null>;
  kill(): void;
}

/** A life on the prepared data, behind `command`. */
async function startBehind(...command: string[]): Promise<Life> {
  const port = await freePort();
  const env = { ...environment(prepared.folder), PORT: String(port) };
  const [program, ...rest] = [...command, process.execPath, join(root, "app/start.mjs")];
  const child = spawn(program, rest, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.on("error", (error) => (said += `${program} cannot run: ${error.message}`));
  child.stdout.resume();
  child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const caller = createCaller(() => `http://127.0.0.1:${port}`);
  await until(
    "it answers",
    async () => {
      if (hasEnded(child) || said.includes("cannot run")) throw new Error(`It did not start: ${said}`);
      return caller.call("getServer", {}).catch(() => undefined);
    },
    { seen: () => said },
  );
  return {
    ...caller,
    said: () => said,
    ended: () => until("it is gone", () => hasEnded(child)).then(() => child.exitCode),
    kill: () => child.kill("SIGKILL"),
  };
}

/** Creates sessions until one is not acknowledged; returns those that were. */
async function createUntilRefused(life: Life): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let round = 0; round < 500; round++) {
    const answer = await life.call("createSession", { body: {} }).catch(() => undefined);
    if (answer?.status !== 201) return acknowledged;
    acknowledged.push(answer.body.id);
  }
  throw new Error("The disk never failed.");
}

const sentence = /The disk failed under a database \(disk I\/O error, SQLITE_IOERR_\w+\)\. The server stops/;

test.each([
  ["a sync", "fsync,fdatasync", "EIO", 60],
  ["a write", "pwrite64", "EIO", 400],
])(
  "%s that fails ends the server with 1 and a sentence, and nothing is acknowledged after it",
  async (...row) => {
    const [, calls, error, from] = row;
    await prepared.end("SIGTERM").catch(() => undefined);
    const inject = `inject=${calls}:error=${error}:when=${from}+`;
    const life = await startBehind(
      ...["strace", "-f", "-qq", "-o", "/dev/null"],
      "-e",
      `trace=${calls}`,
      "-e",
      inject,
    );
    const acknowledged = await createUntilRefused(life);
    expect(await life.ended()).toBe(1);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(life.said()).toMatch(sentence);
    expect(life.said().trim().split("\n")).toHaveLength(1);

    await prepared.start();
    for (const sessionId of acknowledged)
      expect((await prepared.call("getSession", { params: { sessionId } })).status).toBe(200);
  },
);
