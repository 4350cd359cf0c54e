import { randomFillSync } from "node:crypto";
import { expect, test } from "vitest";
import { createIds } from "../../lib/id.ts";

const random = (bytes: Uint8Array<ArrayBuffer>) => randomFillSync(bytes);

test("a life whose clock was set back goes on behind the newest id, and gives none again that the last run gave and never stored", () => {
  const before = createIds({ now: () => 2000, random });
  const stored = before("msg");
  const streaming = before("msg"); // Told in an event; a row of its own it has only once it is whole.
  const after = createIds({ now: () => 1000, random, after: stored });
  const ids = Array.from({ length: 5 }, () => after("msg"));
  expect(ids.every((id) => id > stored)).toBe(true);
  expect(ids).not.toContain(streaming);
  expect(ids).toEqual(ids.toSorted());
});
