import { expect, test } from "vitest";
import { loadConfig } from "../../../lib/config/config.ts";
import {
  failpoints,
  parseFailpointTarget,
  ignoreFailpoints,
  triggerAt,
} from "../../../lib/ports/failpoint.ts";

test("a target names a failpoint and its passage, the first one by default", () => {
  expect(parseFailpointTarget("turn.commit.prepared")).toEqual({ point: "turn.commit.prepared", passage: 1 });
  expect(parseFailpointTarget("tool.acted@3")).toEqual({ point: "tool.acted", passage: 3 });
  expect(failpoints.filter((point) => parseFailpointTarget(point)?.point !== point)).toEqual([]);
});

test.each(["turn.commit", "nothing.known", "tool.acted@0", "tool.acted@x", "tool.acted@1@2", ""])(
  "%j is no target",
  (text) => {
    expect(parseFailpointTarget(text)).toBeUndefined();
  },
);

test("only the passage that was meant is struck, and only once", () => {
  let strikes = 0;
  const reach = triggerAt({ point: "tool.acted", passage: 2 }, () => strikes++);
  const counts = (["tool.acted", "file.written", "tool.acted", "tool.acted"] as const).map((point) => {
    reach(point);
    return strikes;
  });
  expect(counts).toEqual([0, 0, 1, 1]);
});

test("without the test variable failpoints are inert", () => {
  const strike = () => expect.unreachable();
  const reach = triggerAt(loadConfig({ HOME: "/nowhere" }).failpoint, strike);
  expect(reach).toBe(ignoreFailpoints);
});

test("a mistyped failpoint is a mistake of the environment, not a server that never fails", () => {
  const environment = { HOME: "/nowhere", TALKCODY_TEST_FAILPOINT: "turn.comit.prepared" };
  expect(() => loadConfig(environment)).toThrow(
    "TALKCODY_TEST_FAILPOINT should be a failpoint such as turn.commit.prepared@2",
  );
});
