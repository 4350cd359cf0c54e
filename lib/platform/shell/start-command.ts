import { ToolFailure } from "../../tool.ts";
import type { Processes, StartedProgram } from "../processes/processes.ts";
import type { TrustedPrograms } from "../programs/trusted-programs.ts";
import { canIsolate, isolated, type LaunchPlan } from "./isolation.ts";

export interface StartOptions {
  root: string;
  /** Everything that a command gets of the environment. */
  environment: Readonly<Record<string, string>>;
  hiddenPaths: readonly string[];
  /** `off` runs commands without namespaces, as on a host that has none. */
  isolation: "auto" | "off";
  processes: Processes;
}

export interface StartedCommand extends StartedProgram {
  /** It runs in namespaces: the kernel ends all its processes together. */
  isIsolated: boolean;
}

/** Starts a command in its own process group, and isolated if the host can. Throws a ToolFailure when it cannot be started. */
export function startCommand(
  { root, environment, hiddenPaths, isolation, processes }: StartOptions,
  command: string,
): StartedCommand {
  const plain: LaunchPlan = { file: findShell(processes.programs), args: ["-c", command] };
  const isIsolated = isolation === "auto" && canIsolate(processes.programs);
  const launch = isIsolated ? isolated(plain, { root, hiddenPaths, programs: processes.programs }) : plain;
  try {
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin", ...environment, PWD: root };
    return { ...processes.start({ ...launch, cwd: root, env, stdin: "ignore" }), isIsolated };
  } catch (error) {
    throw notStarted(error);
  }
}

/** Translates why a command could not be started to a ToolFailure. Returns other errors as they are. */
export function notStarted(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "E2BIG")
    return new ToolFailure(
      "The command is longer than this host accepts. Write it to a file and run the file.",
    );
  if (code === "ENOENT")
    return new ToolFailure("The folder of the workspace or the shell of this host is missing.");
  if (code === "ENOSPC" || code === "EDQUOT")
    return new ToolFailure("The command was not started: the disk of the server is full.");
  if (code === "EAGAIN" || code === "EMFILE")
    return new ToolFailure("This host cannot start another process now. Try again later.");
  return error;
}

/** Not the one of the command's own PATH, which a command could change. */
function findShell(programs: TrustedPrograms): string {
  return programs.lookFor("bash") ?? programs.find("sh");
}
