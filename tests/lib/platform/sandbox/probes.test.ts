import { expect, test } from "vitest";
import { probeNames, readProbes } from "../../../../lib/platform/sandbox/self-test/probes.ts";

test("a probe passes only with its own line that says so", () => {
  const { probes, left } = readProbes(
    "bubblewrap",
    "home\tok\tunseen\nnetwork\tno\tit was reached\nnamespace\tpid:[1]\n",
  );
  const passed = probes.filter((probe) => probe.passed).map(({ name }) => name);
  expect(passed).toEqual(["home"]);
  expect(probes.find(({ name }) => name === "network")?.detail).toBe("it was reached");
  expect(probes.length).toBe(probeNames.length - 1); // The last one is looked at from outside.
  expect(left).toEqual({ namespace: "pid:[1]" });
});

test("no output is no success", () => {
  expect(readProbes("bubblewrap", "").probes.some(({ passed }) => passed)).toBe(false);
});
