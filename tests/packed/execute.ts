import { spawn } from "node:child_process";

export interface Executed {
  code: number | null;
  out: string;
  err: string;
}

export interface Place {
  cwd: string;
  env?: Record<string, string | undefined>;
}

/** Far more than anything here takes: it ends what hangs. */
const timeout = 180_000;

/** Runs a program to its end, without a terminal and without input. */
export function execute(
  [file = "", ...args]: string[],
  { cwd, env = process.env }: Place,
): Promise<Executed> {
  const child = spawn(file, args, { cwd, env, timeout, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
}

/** As `execute`, but throws with all that was said when the program does not end with 0. */
export async function succeed(command: string[], place: Place): Promise<string> {
  const { code, out, err } = await execute(command, place);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}.\n${out}${err}`);
  return out;
}
