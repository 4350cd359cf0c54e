import { execa } from "execa";

export interface Executed {
  /** Undefined when a signal ended it. */
  code: number | undefined;
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
export async function execute(
  [file = "", ...args]: string[],
  { cwd, env = process.env }: Place,
): Promise<Executed> {
  const whole = { extendEnv: false, stripFinalNewline: false, stdin: "ignore", reject: false } as const;
  const ended = await execa(file, args, { cwd, env, timeout, ...whole });
  if (ended.exitCode === undefined && ended.signal === undefined) throw new Error(ended.shortMessage);
  return { code: ended.exitCode, out: ended.stdout, err: ended.stderr };
}

/** As `execute`, but throws with all that was said when the program does not end with 0. */
export async function succeed(command: string[], place: Place): Promise<string> {
  const { code, out, err } = await execute(command, place);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}.\n${out}${err}`);
  return out;
}
