import { expect, test } from "vitest";
import { backOffMs, isReported } from "../../../lib/ports/back-off.ts";

test("the wait doubles with each failure up to its bound", () => {
  const waits = [1, 2, 3, 4, 2000].map((failures) => backOffMs({ firstMs: 1000, mostMs: 4000 }, failures));
  expect(waits).toEqual([1000, 2000, 4000, 4000, 4000]);
});

test("of a thousand failures in a row the first, the second, the fourth and so on are reported", () => {
  const reported = Array.from({ length: 1000 }, (_, index) => index + 1).filter(isReported);
  expect(reported).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
});
