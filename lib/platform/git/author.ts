import type { Processes } from "../processes/processes.ts";
import { createRunProcess } from "../run-process.ts";

export interface Author {
  name: string;
  email: string;
}

const nobody: Author = { name: "TalkCody", email: "talkcody@localhost" };

/** The name and address in the git configuration of the user of this host. */
export async function readAuthor(
  processes: Processes,
  environment: Readonly<Record<string, string>>,
): Promise<Author> {
  const git = processes.programs.lookFor("git");
  if (git === undefined) return nobody;
  const { stdout } = await createRunProcess(processes)({
    ...{ file: git, args: ["config", "--global", "--null", "--get-regexp", "^user\\.(name|email)$"] },
    ...{ cwd: "/", env: { HOME: environment["HOME"] ?? "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" } },
    stdoutBytesMax: 4096,
  });
  const entries = stdout
    .toString()
    .split("\0")
    .map((entry) => entry.split("\n"));
  const value = (key: string) => entries.find(([name]) => name === key)?.[1];
  return { name: value("user.name") ?? nobody.name, email: value("user.email") ?? nobody.email };
}
