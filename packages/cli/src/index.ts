import { main } from "./main.ts";

/** Runs one command line of `talkcody` in this process and resolves to its exit code. */
export function talkcody(args: readonly string[]): Promise<number> {
  return main(args);
}
