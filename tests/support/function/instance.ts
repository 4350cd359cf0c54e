import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createCaller, type Caller } from "../clients/caller.ts";
import { environment, hasEnded, root } from "../server/server-process.ts";
import { until } from "../until.ts";

/** One instance of the function, in a process of its own, with nothing beside it. */
export interface FunctionInstance extends Caller {
  url: string;
  said(): string;
  stop(): Promise<void>;
}

export interface InstanceOptions {
  env?: Record<string, string>;
  /** Where its code is; this repository without it. */
  codeAt?: string;
}

/** On the data folder that a server process in `folder` left. */
export async function startInstance(
  folder: string,
  { env = {}, codeAt = root }: InstanceOptions = {},
): Promise<FunctionInstance> {
  const host = join(root, "tests/support/function/host.ts");
  const child = spawn(process.execPath, [host, join(codeAt, "deploy/lambda/index.mjs")], {
    env: { ...environment(folder), ...env },
    stdio: "pipe",
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  const port = await until(
    "the function is there",
    () => {
      if (hasEnded(child)) throw new Error(`The function ended: ${said}`);
      return /^port (\d+)$/m.exec(said)?.[1];
    },
    { seen: () => said },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (hasEnded(child)) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  return { url, ...createCaller(() => url), said: () => said, stop };
}
