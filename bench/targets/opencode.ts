import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createCaller } from "./http-client.ts";
import { modelKeys } from "../model/keys.ts";
import { now, pause, within } from "../monotonic.ts";
import { sharedEvents } from "./opencode-events.ts";
import { start } from "./process.ts";
import type { RunningTarget, StartOptions, Target } from "./target.ts";

/** `opencode serve`, 1.18. It has one event stream for all sessions, which is opened once, as its own clients do. */
export function opencode(binary: string): Target {
  return {
    name: "opencode",
    start: async (options) => {
      const port = await freePort();
      const projectFolder = join(options.folder, "project");
      mkdirSync(projectFolder);
      writeFileSync(join(projectFolder, "bench.txt"), "bench\n");
      const startedAt = now();
      const program = start({
        command: binary,
        args: ["serve", "--port", String(port), "--hostname", "127.0.0.1"],
        cwd: projectFolder,
        env: environment(options),
      });
      const url = `http://127.0.0.1:${port}`;
      await untilHealthy(url);
      const startMs = now() - startedAt;
      return { ...program, startMs, ...client(url) };
    },
  };
}

function environment({ modelUrl, folder }: StartOptions): Record<string, string> {
  const folders = ["DATA", "CONFIG", "CACHE", "STATE"].map((kind) => [
    `XDG_${kind}_HOME`,
    join(folder, kind.toLowerCase()),
  ]);
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    ...Object.fromEntries(folders),
    OPENCODE_CONFIG_CONTENT: JSON.stringify(configuration(modelUrl)),
    OPENCODE_DISABLE_MODELS_FETCH: "1", // It would load a list of models from the network.
  };
}

function configuration(modelUrl: string): object {
  const limit = { context: 200_000, output: 32_000 };
  return {
    autoupdate: false,
    share: "disabled",
    permission: "allow",
    snapshot: false, // Our server takes none either.
    provider: {
      bench: {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: modelUrl, apiKey: "bench" },
        models: Object.fromEntries(modelKeys.map((key) => [key, { name: key, tool_call: true, limit }])),
      },
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** opencode never answers a request that comes while it starts, so each try is short. */
async function untilHealthy(url: string): Promise<void> {
  const call = createCaller(url);
  for (const end = now() + 20_000; now() < end; await pause(5)) {
    try {
      return await within(250, call("GET", "/global/health"), "A try");
    } catch {
      // Not ready yet.
    }
  }
  throw new Error("The server did not start within 20 s.");
}

function client(url: string): Omit<RunningTarget, "pid" | "startMs" | "stop"> {
  const call = createCaller(url);
  const events = sharedEvents(`${url}/event`);
  // Without a title, opencode would ask the model for one.
  const createSession = async () => (await call<{ id: string }>("POST", "/session", { title: "bench" })).id;
  const send = (sessionId: string, model: string) =>
    call<void>("POST", `/session/${sessionId}/prompt_async`, {
      model: { providerID: "bench", modelID: model },
      parts: [{ type: "text", text: "bench" }],
    });
  return {
    createSession,
    send,
    createAndSend: async (model) => {
      await events.opened();
      const sessionId = await createSession();
      await send(sessionId, model);
      return sessionId;
    },
    follow: async (sessionId, listener, from) => {
      await events.opened();
      events.listen(sessionId, listener, from);
      return { close: () => events.forget(sessionId), interrupt: events.interrupt };
    },
  };
}
