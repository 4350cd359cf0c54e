import { expect, test } from "vitest";
import { abortable, unlessAborted } from "../../../lib/ports/clock.ts";

const reason = new Error("Aborted.");

/** A wait that the test settles itself, and how often it was begun and ended. */
function openWait(signal: AbortSignal) {
  const counts = { begun: 0, ended: 0 };
  let resolve: ((value: string) => void) | undefined;
  const promise = abortable<string>(signal, (settle) => {
    counts.begun++;
    resolve = settle.resolve;
    return () => counts.ended++;
  });
  return { promise, counts, resolve: (value: string) => resolve?.(value) };
}

test("a wait that settles is ended once, and a later abort changes nothing", async () => {
  const controller = new AbortController();
  const { promise, resolve, counts } = openWait(controller.signal);
  expect(counts).toEqual({ begun: 1, ended: 0 });
  resolve("done");
  controller.abort(reason);
  expect(await promise).toBe("done");
  expect(counts).toEqual({ begun: 1, ended: 1 });
});

test("an abort rejects the wait with its reason and ends it once", async () => {
  const controller = new AbortController();
  const { promise, counts } = openWait(controller.signal);
  controller.abort(reason);
  await expect(promise).rejects.toBe(reason);
  expect(counts).toEqual({ begun: 1, ended: 1 });
});

test("a wait under an aborted signal is never begun", async () => {
  const { promise, counts } = openWait(AbortSignal.abort(reason));
  await expect(promise).rejects.toBe(reason);
  expect(counts).toEqual({ begun: 0, ended: 0 });
});

test("work that settles first decides; work that goes on after an abort does not", async () => {
  const controller = new AbortController();
  const failed = new Error("Failed.");
  expect(await unlessAborted(Promise.resolve(1), controller.signal)).toBe(1);
  await expect(unlessAborted(Promise.reject(failed), controller.signal)).rejects.toBe(failed);
  const endless = unlessAborted(new Promise(() => {}), controller.signal);
  controller.abort(reason);
  await expect(endless).rejects.toBe(reason);
});
