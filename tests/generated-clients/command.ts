import { spawn } from "node:child_process";

export type Command = [program: string, ...parameters: string[]];

export interface CommandOptions {
  cwd: string;
  env?: Record<string, string>;
}

/** Ends only what hangs, on the busiest machine. */
const timeoutMs = 15 * 60_000;

export interface Finished {
  /** The exit code; null when it was ended or could not be started. */
  code: number | null;
  /** Both outputs, as they came. */
  output: string;
}

/** Runs a command to its end. Never rejects: what went wrong is in the output. */
export function run([program, ...parameters]: Command, options: CommandOptions): Promise<Finished> {
  const { cwd, env = {} } = options;
  const child = spawn(program, parameters, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  return new Promise((resolve) => {
    child.once("error", (error) => chunks.push(`${program}: ${error.message}\n`));
    child.once("close", (code) => resolve({ code, output: chunks.join("") }));
  });
}
