import { join } from "node:path";
import type { SandboxReport } from "../../../ports/sandbox.ts";
import { isDiskFull } from "../../files/path-rules.ts";
import type { Launcher } from "../launch/launcher.ts";
import { missingPrograms } from "../mechanisms/mechanism.ts";
import type { MechanismContext } from "../mechanisms/types.ts";
import type { MechanismName } from "../options.ts";
import type { SandboxPrograms } from "../programs.ts";
import { onReport, refusedReport } from "../report.ts";
import { makeStage } from "../stage-folder.ts";
import { defaultLimits } from "../limits/default-limits.ts";
import { findToolUser, giveToToolUser, isMapped, type ToolUser } from "../tool-user.ts";
import type { Probe } from "./probes.ts";
import { runSelfTest } from "./self-test.ts";

export interface ChooseOptions {
  mode: "auto" | "off" | MechanismName;
  programs: SandboxPrograms;
  folder: string;
  toolUid: number;
  platform?: NodeJS.Platform;
  environment: Readonly<Record<string, string>>;
  productFolder: string;
  createLauncher(mechanism: MechanismContext): Promise<Launcher>;
}

export interface ChosenMechanism {
  report: SandboxReport;
  /** Undefined when no mechanism passed. */
  launcher: Launcher | undefined;
}

/** Tests the mechanisms in order and takes the first that passes. The test decides, not the mechanism. */
export async function chooseMechanism(options: ChooseOptions): Promise<ChosenMechanism> {
  const user = findToolUser(options.toolUid);
  const tried: Tried[] = [];
  for (const name of namesFor(options)) {
    const attempt = await tryMechanism(options, name, user);
    if (attempt.launcher !== undefined)
      return { report: onReport(user, name, attempt.probes), launcher: attempt.launcher };
    tried.push(attempt);
  }
  return { report: refusedReport(user, tried), launcher: undefined };
}

/** Where each mechanism works, in the order in which they are tried. */
const platforms: Record<MechanismName, NodeJS.Platform> = {
  bubblewrap: "linux",
  "util-linux": "linux",
  seatbelt: "darwin",
};

/** Those of this platform; all where there is none, so that the reason names them. */
function namesFor(options: ChooseOptions): MechanismName[] {
  if (options.mode !== "auto") return options.mode === "off" ? [] : [options.mode];
  const all = Object.keys(platforms) as MechanismName[]; // One key for each name.
  const own = all.filter((name) => platforms[name] === platformOf(options));
  return own.length === 0 ? all : own;
}

function platformOf({ platform = process.platform }: ChooseOptions): NodeJS.Platform {
  return platform;
}

interface Tried {
  mechanism: MechanismName;
  probes: Probe[];
  problem: string;
  launcher?: Launcher;
}

async function tryMechanism(
  options: ChooseOptions,
  mechanism: MechanismName,
  user: ToolUser,
): Promise<Tried> {
  if (platforms[mechanism] !== platformOf(options))
    return { mechanism, probes: [], problem: `It works on ${platforms[mechanism]} only.` };
  if (user.isOther && !isMapped(user.uid))
    return {
      mechanism,
      probes: [],
      problem: `The server is root, and there is no user ${user.uid} for commands here.`,
    };
  const missing = missingPrograms(mechanism, options.programs);
  if (missing.length > 0)
    return { mechanism, probes: [], problem: `This host has no ${missing.join(", ")}.` };
  let launcher: Launcher | undefined;
  try {
    launcher = await options.createLauncher({
      name: mechanism,
      programs: options.programs,
      user,
      stage: mechanism === "seatbelt" ? "" : makeStage(),
    });
    const probes = await testLauncher(options, { mechanism, launcher, user });
    const failed = probes.filter(({ passed }) => !passed);
    if (failed.length === 0) return { mechanism, probes, problem: "", launcher };
    launcher.close();
    return {
      mechanism,
      probes,
      problem: `${failed.map(({ name, detail }) => `${name} (${detail})`).join(", ")}.`,
    };
  } catch (error) {
    launcher?.close();
    if (isDiskFull(error)) throw error; // It says nothing about the mechanism.
    return { mechanism, probes: [], problem: error instanceof Error ? error.message : String(error) };
  }
}

function testLauncher(
  options: ChooseOptions,
  { mechanism, launcher, user }: { mechanism: MechanismName; launcher: Launcher; user: ToolUser },
): Promise<Probe[]> {
  return runSelfTest({
    mechanism,
    folder: join(options.folder, "self-test"),
    home: options.environment["HOME"] ?? "/nonexistent",
    productFolder: options.productFolder,
    sshAgentSocket: options.environment["SSH_AUTH_SOCK"],
    limits: defaultLimits(),
    start: (script, grants) => launcher.launch({ file: "/bin/sh", args: ["-c", script] }, grants),
    forget: (id) => launcher.forget(id),
    give: (path) => giveToToolUser(path, user),
  });
}
