import { requireProgram } from "../program.ts";

export function setup(): void {
  requireProgram("strace", "it lets the disk fail under the real process");
}
