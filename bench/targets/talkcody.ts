import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openEvents } from "./event-source.ts";
import { createCaller } from "./http-client.ts";
import type { Call } from "./http-client.ts";
import { now, pause } from "../monotonic.ts";
import { start } from "./process.ts";
import type { Following, Listener, RunningTarget, StartOptions, Target } from "./target.ts";

const root = join(import.meta.dirname, "../..");
const apiKey = "bench-key-0123456789abcdef";
const key = { "x-api-key": apiKey };

/** This repository's server, as `npm start` starts it. */
export const talkcody: Target = {
  name: "talkcody",
  start: async (options) => {
    const { url, ...program } = await launch(options);
    return { ...program, ...client(url, await prepare(createCaller(url, key))) };
  },
};

export interface Launched extends Pick<RunningTarget, "pid" | "startMs" | "stop"> {
  url: string;
  apiKey: string;
}

/** Starts the process and resolves at its first successful answer. */
export async function launch(options: StartOptions, env: Record<string, string> = {}): Promise<Launched> {
  const startedAt = now();
  const program = start({
    command: process.execPath,
    args: nodeArguments(),
    cwd: root,
    env: { ...environment(options), ...env },
  });
  const url = await untilHealthy(join(options.folder, "server.json"));
  return { ...program, startMs: now() - startedAt, url, apiKey };
}

function environment({ modelUrl, folder }: StartOptions): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    TALKCODY_DATA_DIR: folder,
    TALKCODY_API_KEY: key["x-api-key"],
    OPENAI_COMPATIBLE_BASE_URL: modelUrl,
    ...profiling(),
  };
}

/** The arguments that `npm start` gives to Node. */
function nodeArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: { start: string };
  };
  return scripts.start.replace(/^(exec )?node /, "").split(" ");
}

/** BENCH_NODE_OPTIONS allows to profile the server during a measure. */
function profiling(): Record<string, string> {
  const options = process.env["BENCH_NODE_OPTIONS"];
  return options === undefined ? {} : { NODE_OPTIONS: options };
}

/** Asks as soon as the server has written its address. */
async function untilHealthy(path: string): Promise<string> {
  for (const end = now() + 20_000; now() < end; await pause(2)) {
    try {
      const { url } = JSON.parse(readFileSync(path, "utf8")) as { url: string };
      await createCaller(url, key)("GET", "/v1/server");
      return url;
    } catch {
      // Not ready yet.
    }
  }
  throw new Error("The server did not start within 20 s.");
}

interface Prepared {
  call: Call;
  /** One workspace for all sessions, because opencode works like that. */
  workspaceId: string;
}

async function prepare(call: Call): Promise<Prepared> {
  const { id } = await call<{ id: string }>("POST", "/v1/workspaces", {});
  while ((await call<{ state: string }>("GET", `/v1/workspaces/${id}`)).state !== "ready") await pause(5);
  const session = await call<{ id: string }>("POST", "/v1/sessions", {
    workspaceId: id,
    settings: { autoApproveEdits: true },
  });
  const input = { file_path: "bench.txt", content: "bench\n" };
  await call("POST", `/v1/sessions/${session.id}/tools/writeFile`, { input });
  return { call, workspaceId: id };
}

function client(
  url: string,
  { call, workspaceId }: Prepared,
): Omit<RunningTarget, "pid" | "startMs" | "stop"> {
  const settings = { autoApproveEdits: true, autoApproveCommands: true };
  const create = async (more: object = {}) =>
    (await call<{ id: string }>("POST", "/v1/sessions", { workspaceId, settings, ...more })).id;
  return {
    createSession: () => create(),
    createAndSend: (model) => create({ model: `${model}@openai-compatible`, message: { content: "bench" } }),
    send: (sessionId, model) =>
      call("POST", `/v1/sessions/${sessionId}/messages`, {
        content: "bench",
        settings: { model: `${model}@openai-compatible` },
      }),
    follow: (sessionId, listener, from) =>
      follow(`${url}/v1/sessions/${sessionId}/events${from === "now" ? "?after=latest" : ""}`, listener),
  };
}

interface Event {
  data: { text?: string; state?: string };
}

async function follow(url: string, { onText, onIdle }: Listener): Promise<Following> {
  let lastId: string | undefined;
  const open = () =>
    openEvents({
      url,
      headers: { ...key, ...(lastId === undefined ? {} : { "last-event-id": lastId }) },
      onFrame: ({ id, type, data, at }) => {
        lastId = id ?? lastId;
        if (type !== "token" && type !== "status") return;
        const event = JSON.parse(data) as Event;
        if (type === "token") onText(event.data.text ?? "", at);
        else if (event.data.state === "idle") onIdle(at);
      },
    });
  let current = await open();
  return {
    close: () => current.close(),
    interrupt: async (ms) => {
      current.close();
      await pause(ms);
      current = await open();
    },
  };
}
