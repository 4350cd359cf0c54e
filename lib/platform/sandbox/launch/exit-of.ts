import type { SandboxedProgram } from "../../../ports/sandbox.ts";
import type { ChildProcess } from "../../processes/spawn-marked.ts";

/** Rejects when the program could not be started. */
export function exitOf(child: ChildProcess): SandboxedProgram["ended"] {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (exitCode, exitSignal) => resolve({ exitCode, exitSignal }));
  });
}
