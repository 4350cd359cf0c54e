import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { createDesk } from "./desk.ts";

test.each([
  [["deploy"], /Unknown command "deploy"/],
  [["atach"], /did you mean attach\?/],
  [["run"], /Say what the agent should do/],
  [["run", "--modle", "x", "hi"], /did you mean --model\?/],
  [["run", "--session", "a", "--repo", "b", "hi"], /--repo is only for a new session/],
  [["new", "--branch", "b"], /--branch needs --repo/],
  [["new", "extra"], /Unexpected argument "extra"/],
  [["ls", "--limit", "none"], /whole number/],
  [["answer"], /Name the action/],
  [["run", "--mode", "yolo", "hi"], /no mode "yolo"; the modes are read-only, ask, sandboxed, full/],
  [["run", "--mode", "ask", "--yes", "hi"], /--yes or --mode, not both/],
  [["mode", "all"], /no mode "all"/],
  [["mode", "ask", "--global", "--session", "a"], /--session or --global, not both/],
])("%j is not understood, and ends with 2", async (args, words) => {
  const { terminal, err } = createDesk();
  expect(await main(args, terminal)).toBe(2);
  expect(err()).toMatch(words);
  expect(err()).not.toContain("    at ");
});

test("help and version need no server", async () => {
  const said = async (...args: string[]) => {
    const { terminal, out } = createDesk();
    expect(await main(args, terminal)).toBe(0);
    return out();
  };
  expect((await said()).split("\n").length).toBeLessThan(26);
  expect(await said("--help")).toBe(await said("help"));
  expect(await said("--version")).toMatch(/^talkcody \d+\.\d+\.\d+\n$/);
  expect(await said("run", "--help")).toContain("--session ID");
  expect(await said("help", "run")).toContain("--session ID");
});

test("help behind `--` is text, not a wish", async () => {
  const { terminal, out } = createDesk();
  await main(["new", "--", "--help"], terminal);
  expect(out()).toBe("");
});

test("an old Node is told in one sentence what to do", () => {
  const bin = join(import.meta.dirname, "../bin/talkcody.mjs");
  const pretend = "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })";
  const child = spawnSync(process.execPath, ["--import", `data:text/javascript,${pretend}`, bin], {
    encoding: "utf8",
  });
  expect(child.stderr).toMatch(/^talkcody needs Node 24 or newer and this is Node 20\.20\.2: .*\n$/);
  expect(child.status).toBe(2);
});
