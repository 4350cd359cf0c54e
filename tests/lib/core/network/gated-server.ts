import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { assemble, type AssembledServer } from "../../../../app/assemble.ts";
import { loadConfig } from "../../../../lib/config/config.ts";
import type { HostTarget } from "../../../../lib/ports/network.ts";
import { createClient, type Schemas } from "../../../../packages/shared/src/index.ts";
import { createCaller, testKey } from "../../../support/clients/caller.ts";
import { follow, type Follower } from "../../../support/clients/follower.ts";
import { converse, decide } from "../../../support/conversation.ts";
import { calls, says, type Step } from "../../../support/models/script.ts";
import type { TestServer } from "../../../support/server/server.ts";
import { clockWithoutMaintenance } from "../../../support/time/clock-without-maintenance.ts";
import { pendingAction, pendingActions, taskIn, until } from "../../../support/until.ts";

/** As long as the server holds a connection up. */
const holdMs = 60_000;

export interface GatedServer extends TestServer {
  readonly gate: AssembledServer["core"]["hostGate"];
  /** Whether a wait for a person is over as soon as it begins. */
  isImpatient: boolean;
}

/** The real server in this process, of which one more thing is open: the gate that its proxy asks. */
export function useGatedServer(): GatedServer {
  const folder = mkdtempSync(join(tmpdir(), "gate-test-"));
  mkdirSync(join(folder, "home"));
  const config = loadConfig({
    PATH: process.env["PATH"],
    HOME: join(folder, "home"),
    TALKCODY_DATA_DIR: join(folder, "data"),
    TALKCODY_API_KEY: testKey,
    TALKCODY_SANDBOX: "off",
    TALKCODY_LOG_LEVEL: "error",
    TALKCODY_GRACE_PERIOD_MS: "200",
  });
  const own = { isImpatient: false };
  const sleep = (ms: number, signal: AbortSignal) =>
    ms === holdMs && own.isImpatient ? Promise.resolve() : clockWithoutMaintenance.sleep(ms, signal);
  let open: { assembled: AssembledServer; url: string } | undefined;
  const start = async () => {
    const assembled = await assemble(config, { clock: { ...clockWithoutMaintenance, sleep } });
    const url = await assembled.server.listen(config);
    assembled.start();
    open = { assembled, url };
  };
  const alive = () => {
    if (open === undefined) throw new Error("The server starts with the first test.");
    return open;
  };
  const close = async () => {
    await open?.assembled.close();
    open = undefined;
  };
  beforeAll(start);
  afterAll(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return {
    ...{ folder, dataDir: config.dataDir, key: testKey },
    get url() {
      return alive().url;
    },
    get client() {
      return createClient({ baseUrl: alive().url, apiKey: testKey });
    },
    get gate() {
      return alive().assembled.core.hostGate;
    },
    get isImpatient() {
      return own.isImpatient;
    },
    set isImpatient(isImpatient) {
      own.isImpatient = isImpatient;
    },
    ...createCaller(() => alive().url),
    restart: async () => {
      await close();
      await start();
    },
    stop: close,
  };
}

export interface RunningCommand {
  sessionId: string;
  taskId: string;
  workspaceId: string;
  toolCallId: string;
  /** What the gate says to a connection of the command. */
  connect(target?: Partial<HostTarget>, signal?: AbortSignal): ReturnType<GatedServer["gate"]["decide"]>;
  questions(count?: number): Promise<Schemas["Action"][]>;
  approve(actionId: string): Promise<{ status: number }>;
  reject(actionId: string): Promise<{ status: number }>;
  network(): Promise<Schemas["WorkspaceNetwork"]>;
  /** Lets the command end, and its task. */
  finish(): Promise<void>;
}

const forever = new AbortController().signal;

/** A command that runs until it is told to end; then the steps go on. Nobody follows its session. */
export async function runCommand(
  server: GatedServer,
  further: Step[] = [says("End.")],
  shared?: Pick<RunningCommand, "workspaceId">,
): Promise<RunningCommand> {
  const [began, end] = shared === undefined ? ["began", "end"] : ["began-too", "end-too"];
  const command = `touch ${began}; while [ ! -e ${end} ]; do sleep 0.02; done`;
  const { sessionId, taskId } = await converse(server, [calls("bash", { command }), ...further], {
    ...(shared && { workspaceId: shared.workspaceId }),
  });
  const { id: actionId, toolCallId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "approve", actionId });
  const { workspaceId } = (await server.call("getSession", { params: { sessionId } })).body;
  const root = join(server.dataDir, "workspaces", workspaceId);
  const read = async () => (await server.call("getWorkspaceTree", { params: { workspaceId } })).body;
  await until("the command runs", async () => JSON.stringify(await read()).includes(`"${began}"`));
  let hasEnded = false;
  const finish = async () => {
    hasEnded = true;
    writeFileSync(join(root, end), "");
    await taskIn(server, taskId, "completed");
  };
  onTestFinished(() => {
    if (!hasEnded) writeFileSync(join(root, end), "");
  });
  return {
    ...{ sessionId, taskId, workspaceId, toolCallId, finish },
    connect: (target, signal = forever) =>
      server.gate.decide(workspaceId, { host: "registry.example", port: 443, ...target }, signal),
    questions: (count) => pendingActions(server, sessionId, count),
    approve: (id) => decide(server, sessionId, { type: "approve", actionId: id }),
    reject: (id) => decide(server, sessionId, { type: "reject", actionId: id }),
    network: async () => (await server.call("getWorkspace", { params: { workspaceId } })).body.network,
  };
}

/** Somebody who looks at the session. */
export async function present(server: GatedServer, { sessionId }: RunningCommand): Promise<Follower> {
  const follower = follow(server, sessionId);
  await follower.waitFor("the session is there", ({ session }) => session !== null);
  onTestFinished(() => follower.stop());
  return follower;
}
