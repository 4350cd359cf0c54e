import type { SandboxLimits, SandboxProgram } from "../../../ports/sandbox.ts";
import type { HostProgram } from "../mechanisms/types.ts";
import { type ProfileOptions, seatbeltArguments } from "./profile.ts";

export interface SeatbeltStart {
  /** Absolute path of sandbox-exec. */
  sandboxExec: string;
  /** Absolute path of the shell that sets the limits. */
  sh: string;
  profile: ProfileOptions;
  limits: SandboxLimits;
  workingFolder: string;
  program: SandboxProgram;
}

/** A shell inside of the sandbox sets the limits, tells that the program starts, and becomes the program. */
export function seatbeltProgram(options: SeatbeltStart): HostProgram {
  const { sandboxExec, sh, profile, limits, workingFolder, program } = options;
  const words = [workingFolder, program.file, ...program.args];
  const inside = [sh, "-c", startScript(limits), "sh", ...words];
  return {
    ...{ file: sandboxExec, args: [...seatbeltArguments(profile), "--", ...inside] },
    ...{ inputs: [], statusDescriptor: 3 },
  };
}

/**
 * On macOS the kernel counts all processes of a user together, so a command gets three quarters of what the user may have:
 * the server can still start what ends the command. The watcher enforces the limit on processes itself.
 */
function startScript({ openFiles, fileBytes }: SandboxLimits): string {
  return [
    "ulimit -c 0",
    `ulimit -n ${openFiles}`,
    `ulimit -f ${Math.ceil(fileBytes / 512)}`,
    `most=$(ulimit -u); case $most in *[!0-9]*) ;; *) ulimit -u $((most / 4 * 3));; esac`,
    'cd "$1" || exit 1',
    "shift",
    "echo started >&3",
    "exec 3>&-",
    'exec "$@"',
  ].join("\n");
}
