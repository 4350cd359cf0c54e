import { statSync } from "node:fs";
import type { SandboxedProgram, SandboxGrants, SandboxProgram } from "../../../ports/sandbox.ts";
import { createGiveFolder, type GiveFolder } from "../../files/give-folder.ts";
import type { ControlGroups } from "../limits/control-groups.ts";
import { createMeasureFolders, type MeasureFolders } from "../limits/measure-folders.ts";
import { rlimitArguments } from "../limits/rlimits.ts";
import { hostProgram } from "../mechanisms/mechanism.ts";
import type { MechanismContext } from "../mechanisms/types.ts";
import type { SandboxOptions } from "../options.ts";
import { insidePaths } from "../view/mounts.ts";
import { makeEtc } from "../view/etc.ts";
import { findToolchains, type Toolchains } from "../view/toolchains.ts";
import { gitMounts, sharedMounts } from "../view/view.ts";
import { localeOf, sandboxEnvironment } from "./environment.ts";
import { startProgram } from "./start-program.ts";
import { createOpenWorkspaces } from "./workspaces.ts";

/** Starts programs by one mechanism. */
export interface Launcher {
  launch(program: SandboxProgram, grants: SandboxGrants): Promise<SandboxedProgram>;
  forget(workspaceId: string): Promise<void>;
  close(): void;
}

export interface LauncherParts {
  mechanism: MechanismContext;
  controlGroups: ControlGroups | undefined;
  onFailedStart(): void;
}

export async function createLauncher(
  options: SandboxOptions,
  { mechanism, controlGroups, onFailedStart }: LauncherParts,
): Promise<Launcher> {
  const author = await options.author();
  const toolchains = toolchainsOf(options);
  const { uid, gid } = mechanism.user;
  const etc = await makeEtc({ folder: options.folder, uid, gid, author });
  const shared = sharedMounts(toolchains, etc);
  const workspaces = createOpenWorkspaces({
    mechanism,
    folder: options.folder,
    shared,
    onConnection: options.onConnection,
  });
  const { processes } = options;
  const context: LaunchContext = {
    ...{ options, mechanism, controlGroups, toolchains, workspaces, onFailedStart },
    giveFolder: createGiveFolder(processes, mechanism.user),
    measureFolders: createMeasureFolders(processes),
  };
  return {
    launch: (program, grants) => launch(context, program, grants),
    forget: (id) => workspaces.forget(id),
    close: () => workspaces.close(),
  };
}

interface LaunchContext extends LauncherParts {
  options: SandboxOptions;
  toolchains: Toolchains;
  workspaces: ReturnType<typeof createOpenWorkspaces>;
  giveFolder: GiveFolder;
  measureFolders: MeasureFolders;
}

async function launch(
  context: LaunchContext,
  program: SandboxProgram,
  { workspace, network, environment, limits }: SandboxGrants,
): Promise<SandboxedProgram> {
  const { options, mechanism, controlGroups, toolchains, workspaces, onFailedStart } = context;
  const { giveFolder, measureFolders } = context;
  await giveWorkspace(mechanism, giveFolder, workspace.root);
  const { folders, mounts, namespaces, done } = await workspaces.open(workspace);
  const host = hostProgram(mechanism, {
    ...{ namespaces, mounts, program, workingFolder: insidePaths.workspace },
    gitMounts: gitMounts(workspace.root, {
      isWritable: workspace.isGitConfigWritable,
      user: mechanism.user,
    }),
    rlimits: rlimitArguments(limits),
    closesUnixSockets: network === "none",
  });
  const started = startProgram({
    ...{ processes: options.processes, host, limits, controlGroups, onFailedStart },
    environment: sandboxEnvironment({
      ...{ toolchains, proxy: options.proxyEnvironment, granted: environment },
      locale: localeOf(options.environment),
    }),
    folders: Object.values(folders),
    measureFolders,
  });
  return { ...started, release: () => started.release().finally(done) };
}

/** A workspace that a server of another user made before belongs to that user. */
async function giveWorkspace(
  { user }: MechanismContext,
  giveFolder: GiveFolder,
  root: string,
): Promise<void> {
  if (user.isOther && statSync(root).uid !== user.uid) await giveFolder(root);
}

export function toolchainsOf(options: SandboxOptions): Toolchains {
  return findToolchains({
    path: (options.environment["PATH"] ?? "").split(":"),
    toolPaths: options.toolPaths,
    home: options.environment["HOME"] ?? "/nonexistent",
    host: options.hostVariables,
    forbidden: [options.productFolder, ...options.privateFolders],
  });
}
