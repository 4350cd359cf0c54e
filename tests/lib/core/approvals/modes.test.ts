import { expect, test } from "vitest";
import type { PermissionMode, Settings } from "../../../../lib/settings.ts";
import { allow, ask, deny, verdict, type Asked } from "./verdict.ts";

type Decision = "allow" | "ask" | "deny";
type Call = [tool: string, subject: string];

const read: Call = ["readFile", "a.txt"];
const edit: Call = ["writeFile", "a.txt"];
const run: Call = ["bash", "npm test"];
const push: Call = ["bash", "git push"];
const fetch: Call = ["webFetch", "https://example.com/"];
const granted: Call = ["webFetch", "https://granted.example/x?y"];
const calls = { read, edit, run, push, fetch, granted };

function decisions(asked: Asked): Record<keyof typeof calls, Decision> {
  const isHostGranted = (host: string) => host === "granted.example";
  const decide = ([tool, subject]: Call) => verdict(tool, subject, { isHostGranted, ...asked }).decision;
  return {
    read: decide(read),
    edit: decide(edit),
    run: decide(run),
    push: decide(push),
    fetch: decide(fetch),
    granted: decide(granted),
  };
}

const inMode = (permissionMode: PermissionMode, settings: Settings = {}): Asked => ({
  settings: { permissionMode, ...settings },
});
const all = (decision: Decision) => ({
  ...{ read: "allow", edit: decision, run: decision, push: decision, fetch: decision, granted: decision },
});
const sandboxed = { ...all("allow"), push: "ask", fetch: "ask" };

test.each<[PermissionMode, Record<string, string>]>([
  ["read-only", { ...all("deny"), fetch: "ask", granted: "allow" }],
  ["ask", all("ask")],
  ["sandboxed", sandboxed],
  ["full", all("allow")],
])("in the mode %s each kind of call is decided as it says", (mode, expected) => {
  expect(decisions(inMode(mode))).toEqual(expected);
});

test("without a setting the mode is sandboxed, and without a sandbox that means ask", () => {
  expect(decisions({})).toEqual(sandboxed);
  expect(decisions({ sandbox: "off" })).toEqual(all("ask"));
  expect(decisions({ sandbox: "refused" })).toEqual({ ...all("ask"), run: "allow", push: "allow" });
});

const everything: Settings = {
  permissionMode: "full",
  autoApproveCommands: true,
  permissions: [allow("bash *"), allow("bash npm test"), allow("* *")],
};

test("while the sandbox is off, no rule, setting or mode approves a command", () => {
  expect(decisions({ sandbox: "off", settings: everything })).toEqual({
    ...all("allow"),
    run: "ask",
    push: "ask",
  });
  expect(decisions({ sandbox: "on", settings: everything })).toEqual(all("allow"));
  expect(verdict(...run, { sandbox: "off" }).reason).toContain("sandbox is off");
});

test("while the sandbox does not work, nobody is asked for a command that cannot run", () => {
  expect(verdict(...run, { ...inMode("ask"), sandbox: "refused" }).decision).toBe("allow");
  expect(verdict(...edit, { ...inMode("ask"), sandbox: "refused" }).decision).toBe("ask");
});

test.each(["on", "off", "refused"] as const)(
  "with the sandbox %s a deny rule holds in every mode",
  (sandbox) => {
    for (const permissionMode of ["read-only", "ask", "sandboxed", "full"] as const) {
      const settings = { permissionMode, permissions: [deny("bash git push*")] };
      expect(verdict(...push, { sandbox, settings }).decision).toBe("deny");
      expect(verdict("bash", "env git -C . push", { sandbox, settings }).decision).toBe("deny");
    }
  },
);

test("in full nothing asks, not even a rule that does, but for what may hide something forbidden", () => {
  expect(verdict(...run, inMode("full", { permissions: [ask("bash *")] })).decision).toBe("allow");
  expect(verdict("bash", "$X", inMode("full")).decision).toBe("allow");
  expect(verdict("bash", "$X", inMode("full", { permissions: [deny("bash git push*")] })).decision).toBe(
    "ask",
  );
});

test("read-only says why it refuses and how to change it, and no rule widens it", () => {
  for (const call of [edit, run]) {
    const { decision, reason } = verdict(...call, inMode("read-only", { permissions: [allow("* *")] }));
    expect(decision).toBe("deny");
    expect(reason).toContain("read-only");
    expect(reason).toContain("permissionMode");
  }
});

test("in sandboxed a rule may allow an outward effect, or ask for what would not ask", () => {
  expect(verdict(...push, inMode("sandboxed", { permissions: [allow("bash git push*")] })).decision).toBe(
    "allow",
  );
  expect(verdict(...run, inMode("sandboxed", { permissions: [ask("bash npm *")] })).decision).toBe("ask");
  expect(verdict(...edit, inMode("sandboxed", { permissions: [ask("writeFile a*")] })).decision).toBe("ask");
  expect(verdict(...push, inMode("sandboxed", { autoApproveCommands: true })).decision).toBe("allow");
});

test("plans and questions are for a person in every mode", () => {
  for (const permissionMode of ["read-only", "ask", "sandboxed", "full"] as const) {
    expect(verdict("exitPlanMode", "plan", inMode(permissionMode)).decision).toBe("ask");
    expect(verdict("askUserQuestions", "?", inMode(permissionMode)).decision).toBe("ask");
  }
});

test("plan mode holds in full as well", () => {
  expect(decisions(inMode("full", { planMode: true }))).toMatchObject({
    edit: "deny",
    run: "deny",
    read: "allow",
  });
});
