import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openProcesses, type Processes } from "../../../lib/platform/index.ts";

/** Real environment of a server, cut down as the configuration does. */
export const environment = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  HOME: process.env["HOME"] ?? "/",
  LANG: "C.UTF-8",
  TERM: "dumb",
};

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "platform-test-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Git as a user has it, for making fixtures. */
export function git(cwd: string, ...args: string[]): string {
  const identity = [
    "-c",
    "user.name=Ann",
    "-c",
    "user.email=ann@example.com",
    "-c",
    "init.defaultBranch=main",
  ];
  return execFileSync("git", [...identity, ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...environment, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  }).trim();
}

/** What starts programs, with its record in a folder of its own. */
export function openTestProcesses({
  dataDir = temporaryFolder(),
  programPaths = [],
}: { dataDir?: string; programPaths?: string[] } = {}): Processes {
  const processes = openProcesses({ dataDir, programPaths });
  onTestFinished(() => processes.close());
  return processes;
}

export const workspaceId = "wsp_0123456789abcdefghjkmnpqrs";
export const forever = new AbortController().signal;
