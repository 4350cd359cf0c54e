import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface StandInRun {
  exit: number;
  out: string;
  err: string;
  /** Each call of a stand-in, in order: its name and then exactly what it got. */
  calls: string[][];
}

export interface StandInOptions {
  /** Programs that are not run for real, each with what it prints. */
  programs: Record<string, string | ((args: string[]) => string)>;
  env?: Record<string, string>;
}

/** Runs a script with stand-ins for programs that need an account, root or another machine. They only write down what they get. */
export async function runWithStandIns(
  script: string,
  { programs, env = {} }: StandInOptions,
): Promise<StandInRun> {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-guide-"));
  try {
    const bin = join(folder, "bin");
    const record = join(folder, "calls");
    mkdirSync(bin);
    for (const [name, answer] of Object.entries(programs)) writeProgram(bin, name, { record, answer });
    const path = [bin, process.env["PATH"]].join(delimiter);
    const said = await bash(script, { cwd: folder, env: { PATH: path, HOME: folder, ...env } });
    const lines = existsSync(record) ? readFileSync(record, "utf8").trimEnd().split("\n") : [];
    return { ...said, calls: lines.map((line) => JSON.parse(line) as string[]) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeProgram(
  bin: string,
  name: string,
  { record, answer }: { record: string; answer: StandInOptions["programs"][string] },
): void {
  const reply = typeof answer === "string" ? `() => ${JSON.stringify(answer)}` : String(answer);
  const path = join(bin, name);
  const code = [
    `#!${process.execPath}`,
    `const args = process.argv.slice(2);`,
    `require("node:fs").appendFileSync(${JSON.stringify(record)}, JSON.stringify([${JSON.stringify(name)}, ...args]) + "\\n");`,
    `process.stdout.write((${reply})(args));`,
  ];
  writeFileSync(path, `${code.join("\n")}\n`);
  chmodSync(path, 0o755);
}

function bash(
  script: string,
  options: { cwd: string; env: Record<string, string> },
): Promise<Omit<StandInRun, "calls">> {
  return new Promise((resolve) => {
    execFile("bash", ["--norc", "-euo", "pipefail", "-c", script], options, (error, out, err) => {
      const exit = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ exit, out, err });
    });
  });
}
