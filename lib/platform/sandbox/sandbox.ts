import type { Sandbox, SandboxedProgram, SandboxGrants, SandboxProgram } from "../../ports/sandbox.ts";
import { ToolFailure } from "../../tool.ts";
import type { SandboxOptions } from "./options.ts";
import { startBare } from "./launch/bare.ts";
import { type ControlGroups, openControlGroups } from "./limits/control-groups.ts";
import { FailedStart } from "./launch/failed-start.ts";
import { createLauncher, type Launcher } from "./launch/launcher.ts";
import { findSandboxPrograms } from "./programs.ts";
import { chooseMechanism, type ChosenMechanism } from "./self-test/choose.ts";
import { removeTemporaryFolders, removeWorkspaceFolders } from "./launch/workspaces.ts";
import { offReport, testingReport, untestedReport } from "./report.ts";
import { createSeatbeltLauncher } from "./seatbelt/launcher.ts";
import { removeOldEtc } from "./view/etc.ts";
import { findToolUser } from "./tool-user.ts";
import { insidePaths } from "./view/mounts.ts";

interface SandboxState {
  options: SandboxOptions;
  report: ReturnType<Sandbox["report"]>;
  /** Undefined before the first self-test. */
  choosing: Promise<ChosenMechanism> | undefined;
  launcher: Launcher | undefined;
  controlGroups: ControlGroups | undefined;
}

/** The sandbox of this host. It costs nothing before the first call of `ready` or `launch`. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const user = findToolUser(options.toolUid);
  const report = options.mode === "off" ? offReport(user) : testingReport(user);
  const state: SandboxState = {
    options,
    report,
    choosing: undefined,
    launcher: undefined,
    controlGroups: undefined,
  };
  return {
    report: () => state.report,
    ready: async () => {
      if (options.mode !== "off") await choose(state).catch(() => {}); // The report says why.
      return state.report;
    },
    launch: (program, grants) => launch(state, program, grants),
    workingFolderOf: (root) => (keepsPaths(options) ? root : insidePaths.workspace),
    forget: (workspaceId) =>
      state.launcher?.forget(workspaceId) ?? removeWorkspaceFolders(options.folder, workspaceId),
    close: () => {
      state.launcher?.close();
      state.controlGroups?.close();
    },
  };
}

/** Only mounts can show the workspace at another path. */
function keepsPaths({ mode, platform = process.platform }: SandboxOptions): boolean {
  return mode === "off" || platform === "darwin";
}

/** Runs the self-test once; again after a program could not be started. */
function choose(state: SandboxState): Promise<ChosenMechanism> {
  state.choosing ??= chooseFresh(state).catch((error: unknown) => {
    state.choosing = undefined;
    state.report = untestedReport(state.report, error);
    throw error;
  });
  return state.choosing;
}

async function chooseFresh(state: SandboxState): Promise<ChosenMechanism> {
  if (state.launcher === undefined) await removeLeftOvers(state.options.folder);
  const controlGroups = (state.controlGroups ??= openControlGroups());
  const choice = await chooseMechanism({
    ...{ mode: state.options.mode, programs: findSandboxPrograms(state.options.processes.programs) },
    createLauncher: (mechanism) =>
      mechanism.name === "seatbelt"
        ? createSeatbeltLauncher(state.options, mechanism)
        : createLauncher(state.options, { mechanism, controlGroups }),
    ...state.options,
  });
  state.report = choice.report;
  state.launcher?.close();
  state.launcher = choice.launcher;
  return choice;
}

/** Of earlier runs of the server on this folder. */
async function removeLeftOvers(folder: string): Promise<void> {
  await Promise.all([removeOldEtc(folder), removeTemporaryFolders(folder)]);
}

/** `known` is the choice that turned out to be wrong; a newer test, or one that runs, is left alone. */
function testAgain(state: SandboxState, known: Promise<ChosenMechanism>): void {
  if (state.choosing === known) state.choosing = undefined;
  choose(state).catch(() => {}); // The report says why.
}

async function launch(
  state: SandboxState,
  program: SandboxProgram,
  grants: SandboxGrants,
): Promise<SandboxedProgram> {
  if (state.options.mode === "off") return startBare(state.options, program, grants);
  const known = choose(state);
  if ((await known).launcher === undefined) testAgain(state, known); // What was missing may be there by now.
  const chosen = choose(state);
  const { launcher, report } = await chosen;
  if (launcher === undefined)
    throw new ToolFailure(`The command was not run. ${report.reason} ${report.fix}`);
  const started = await launcher.launch(program, grants);
  started.ended.catch((error: unknown) => {
    if (error instanceof FailedStart) testAgain(state, chosen);
  });
  return started;
}
