import type { Sandbox, SandboxedProgram, SandboxGrants } from "../../ports/sandbox.ts";
import { ToolFailure } from "../../tool.ts";
import type { TrustedPrograms } from "../programs/trusted-programs.ts";

export interface StartOptions {
  sandbox: Pick<Sandbox, "launch">;
  programs: TrustedPrograms;
  /** What commands of this workspace may use now. */
  grants(): SandboxGrants;
}

/** Starts a command in the sandbox. Throws a ToolFailure when it cannot be started. */
export async function startCommand(
  { sandbox, programs, grants }: StartOptions,
  command: string,
): Promise<SandboxedProgram> {
  try {
    return await sandbox.launch({ file: findShell(programs), args: ["-c", command] }, grants());
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
