import { expect, test } from "vitest";
import { systemClock } from "../../../../lib/ports/clock.ts";
import { AppError } from "../../../../lib/errors.ts";
import { retryWhileBusy } from "../../../../lib/core/runtime/retry-while-busy.ts";

/** A clock that does not wait. */
const clock = { ...systemClock, sleep: async (_: number, signal: AbortSignal) => signal.throwIfAborted() };
const { signal } = new AbortController();

function refusing(times: number, error = new AppError("storage-full", "Full.")) {
  let tries = 0;
  return () => {
    if (++tries <= times) throw error;
    return tries;
  };
}

test("a change that is refused for an hour is made in the end, and the log is told each minute", async () => {
  const told: string[] = [];
  const options = { clock, signal, reportFault: (message: string) => told.push(message) };
  expect(await retryWhileBusy(refusing(7200), options)).toBe(7201);
  expect(told).toHaveLength(60);
});

test("what will not pass is not tried again", async () => {
  const told: string[] = [];
  const options = { clock, signal, reportFault: (message: string) => told.push(message) };
  const damaged = new AppError("session-damaged", "Damaged.");
  await expect(retryWhileBusy(refusing(1, damaged), options)).rejects.toBe(damaged);
  expect(told).toEqual([]);
});
