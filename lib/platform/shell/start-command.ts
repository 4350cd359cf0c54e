import { type ChildProcessByStdio, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import type { Readable } from "node:stream";
import { ToolFailure } from "../../tool.ts";
import { canIsolate, isolated, type Launch } from "./isolation.ts";
import { markerName } from "./stragglers.ts";

export interface StartOptions {
  root: string;
  /** All a command gets. */
  environment: Readonly<Record<string, string>>;
  hiddenPaths: readonly string[];
  /** `off` for hosts without namespaces, and for tests of what happens there. */
  isolation: "auto" | "off";
}

export type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Starts a command in a process group of its own, isolated where the host can. Throws a ToolFailure when it cannot be started. */
export function startCommand(
  { root, environment, hiddenPaths, isolation }: StartOptions,
  command: string,
  mark: string,
): Child {
  const plain: Launch = { file: findShell(environment["PATH"]), args: ["-c", command] };
  const launch = isolation === "auto" && canIsolate() ? isolated(plain, { root, hiddenPaths }) : plain;
  try {
    return spawn(launch.file, launch.args, {
      cwd: root,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", ...environment, PWD: root, [markerName]: mark },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    throw notStarted(error);
  }
}

export function notStarted(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "E2BIG")
    return new ToolFailure(
      "The command is longer than this host accepts. Write it into a file and run that.",
    );
  if (code === "ENOENT") return new ToolFailure("The folder of the workspace, or its shell, is gone.");
  if (code === "EAGAIN" || code === "EMFILE")
    return new ToolFailure("This host has no room for another process just now. Try again later.");
  return error;
}

function findShell(path = "/usr/local/bin:/usr/bin:/bin"): string {
  const found = path.split(":").find((folder) => folder.startsWith("/") && isExecutable(`${folder}/bash`));
  return found === undefined ? "sh" : `${found}/bash`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
