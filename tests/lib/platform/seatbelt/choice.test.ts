import { expect, test } from "vitest";
import { createSandbox } from "../../../../lib/platform/index.ts";
import { readProbes } from "../../../../lib/platform/sandbox/self-test/probes.ts";
import { grantsFor, openMac } from "./mac.ts";

const command = { file: "/bin/sh", args: ["-c", "echo ran"] };

test("on macOS, a sandbox that does not hold refuses commands, and says which probes failed", async () => {
  const mac = openMac();
  const report = await mac.sandbox.ready();
  expect([report.state, report.mechanism]).toEqual(["refused", "seatbelt"]);
  const failed = report.probes.filter(({ passed }) => !passed).map(({ name }) => name);
  expect(failed).toEqual(
    expect.arrayContaining(["host-file", "data-folder", "product", "git-files", "processes", "network"]),
  );
  expect(report.probes.map(({ name }) => name)).not.toContain("system-calls");
  const passed = report.probes.filter((probe) => probe.passed).map(({ name }) => name);
  expect(passed).toEqual(expect.arrayContaining(["work", "limits", "descriptors", "nothing-survives"]));
  expect(report.reason).toContain("seatbelt: host-file (");
  expect(report.fix).toContain("macOS");
  expect(report.fix).not.toContain("bubblewrap");
  await expect(mac.sandbox.launch(command, grantsFor(mac))).rejects.toThrow(/was not run.*seatbelt/);
});

test("without sandbox-exec, or with a profile that it refuses, commands are refused", async () => {
  const without = await openMac({ hasSandboxExec: false }).sandbox.ready();
  expect([without.state, without.reason]).toEqual([
    "refused",
    "This host could not make a sandbox that holds. seatbelt: This host has no sandbox-exec.",
  ]);
  const mac = openMac();
  mac.refuseProfiles();
  const report = await mac.sandbox.ready();
  expect(report.state).toBe("refused");
  expect(report.reason).toContain("the profile is not valid");
});

test("a workspace keeps its path on macOS, and has the same path everywhere on Linux", () => {
  const { options, sandbox } = openMac();
  expect(sandbox.workingFolderOf("/data/wsp_one")).toBe("/data/wsp_one");
  const linux = createSandbox({ ...options, platform: "linux" });
  expect(linux.workingFolderOf("/data/wsp_one")).toBe("/workspace");
  const off = createSandbox({ ...options, platform: "linux", mode: "off" });
  expect(off.workingFolderOf("/data/wsp_one")).toBe("/data/wsp_one");
});

test("a mechanism of another platform is not tried", async () => {
  const { options } = openMac();
  const report = await createSandbox({ ...options, mode: "bubblewrap" }).ready();
  expect(report.reason).toContain("bubblewrap: It works on linux only.");
  const windows = await createSandbox({ ...options, platform: "win32" }).ready();
  expect(windows.reason).toContain("seatbelt: It works on darwin only.");
});

test("a probe without a line counts as failed, and only macOS goes without the probes of Linux", () => {
  const names = readProbes("seatbelt", "").probes.map(({ name }) => name);
  const green = [...names.map((name) => `${name}\tok\tfine`), "left\t4711"].join("\n");
  const { probes, left } = readProbes("seatbelt", green);
  expect([probes.every(({ passed }) => passed), left]).toEqual([true, { pid: 4711 }]);
  const cut = readProbes("seatbelt", green.replace(/^home.*$/m, ""));
  expect(cut.probes.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(["home"]);
  const linux = readProbes("bubblewrap", green).probes.filter(({ passed }) => !passed);
  expect(linux.map(({ name }) => name)).toEqual([
    ...["kernel-setting", "nested-namespace", "privileges", "system-calls"],
  ]);
});
