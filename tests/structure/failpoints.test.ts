import { expect, test } from "vitest";
import { boundaries, effects } from "../../lib/ports/failpoint.ts";
import { code, linesMatching, read } from "./repository.ts";

const places = code("lib", "app/assemble.ts", "app/main.ts").filter(
  (path) => path !== "lib/ports/failpoint.ts",
);
const written = places.map(read).join("\n");

test("every boundary is the name of a transaction in the code", () => {
  const unused = boundaries.filter((boundary) => !written.includes(`"${boundary}"`));
  expect(unused, "take the name out of lib/ports/failpoint.ts, or give it to its transaction").toEqual([]);
});

test("every effect is reached in the code", () => {
  const unused = effects.filter((effect) => !written.includes(`reach("${effect}")`));
  expect(unused, "take the name out of lib/ports/failpoint.ts, or call reach where it is done").toEqual([]);
});

test("nothing but a failpoint may end the process with a signal", () => {
  const killers = linesMatching(places, /process\.kill\(process\.pid/);
  expect(
    killers.filter((line) => !line.includes("triggerAt")),
    "a fault is an exit code and a sentence",
  ).toEqual([]);
});
