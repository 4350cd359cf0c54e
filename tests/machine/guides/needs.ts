import { requireProgram } from "../program.ts";

export function setup(): void {
  requireProgram("curl", "the guides are run word by word");
}
