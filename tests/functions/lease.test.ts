import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { createLease, type Held } from "../../deploy/lambda/lease.ts";

/** Something that tells when it is opened and closed, and how often at the same time. */
function thing(fail: () => Error | undefined = () => undefined) {
  const log: string[] = [];
  const open = async (): Promise<Held<string>> => {
    await Promise.resolve();
    const error = fail();
    if (error) throw error;
    log.push("open");
    const close = async () => {
      await Promise.resolve();
      log.push("close");
    };
    return { value: "thing", close };
  };
  return { open, log };
}

test("users at the same time share it, and it is closed when the last one's work is over", async () => {
  const { open, log } = thing();
  const lease = createLease(open);
  const use = (name: string) => lease(async (value) => void log.push(`${name} uses the ${value}`));
  await Promise.all([use("one"), use("two")]);
  expect(log).toEqual(["open", "one uses the thing", "two uses the thing", "close"]);
});

test("who comes while it is being closed gets a new one after that", async () => {
  const log: string[] = [];
  const closed = Promise.withResolvers<void>();
  const lease = createLease(() => {
    log.push("open");
    const close = () => closed.promise.then(() => void log.push("close"));
    return Promise.resolve({ value: log, close });
  });
  const first = lease((lines) => Promise.resolve(lines.push("first")));
  await pause(5);
  const second = lease((lines) => Promise.resolve(lines.push("second")));
  await pause(5);
  expect(log).toEqual(["open", "first"]);
  closed.resolve();
  await Promise.all([first, second]);
  expect(log).toEqual(["open", "first", "close", "open", "second", "close"]);
});

test("what could not be opened is tried again by the next, and what a user throws closes it all the same", async () => {
  let isShut = true;
  const { open, log } = thing(() => (isShut ? new Error("shut") : undefined));
  const lease = createLease(open);
  await expect(lease(() => Promise.resolve())).rejects.toThrow("shut");
  isShut = false;
  await expect(lease(() => Promise.reject(new Error("spilled")))).rejects.toThrow("spilled");
  expect(log).toEqual(["open", "close"]);
});
