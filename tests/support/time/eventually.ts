import { vi } from "vitest";
import { limitMs } from "./limit.ts";

/** Asks again and again until nothing is thrown any more. Throws the last error when the time is over. */
export function eventually(claim: () => unknown): Promise<unknown> {
  return vi.waitFor(claim, { timeout: limitMs, interval: 10 });
}
