import type { SandboxProgram } from "../../../ports/sandbox.ts";
import type { MechanismName } from "../options.ts";
import type { SandboxPrograms } from "../programs.ts";
import type { ToolUser } from "../tool-user.ts";
import type { Mount } from "../view/mounts.ts";
import type { Namespaces } from "./namespaces.ts";

export interface MechanismContext {
  name: MechanismName;
  programs: SandboxPrograms;
  user: ToolUser;
  /** An empty folder, readable for everybody, on which views are staged. */
  stage: string;
}

/** What is started on the host. */
export interface HostProgram {
  file: string;
  args: string[];
  /** What the program reads from its descriptors 3 and up, in order. */
  inputs: Buffer[];
  /** After the inputs: the descriptor to which it writes when the command itself starts or has ended. */
  statusDescriptor: number;
}

export interface HostProgramOptions {
  namespaces: Namespaces;
  /** Shared by all programs of the workspace. Where they are staged, they are in the namespaces already. */
  mounts: readonly Mount[];
  /** Of this start only: what of `.git` is read-only. */
  gitMounts: readonly Mount[];
  rlimits: readonly string[];
  workingFolder: string;
  closesUnixSockets: boolean;
  program: SandboxProgram;
}

/** The end of the command line of a start: what makes the view and the last restrictions. */
export interface InnerStart {
  args: string[];
  inputs: Buffer[];
}
