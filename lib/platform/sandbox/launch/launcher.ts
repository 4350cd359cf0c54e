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
import { createOpenWorkspaces, type OpenWorkspace } from "./workspaces.ts";

/** Starts programs by one mechanism. */
export interface Launcher {
  launch(program: SandboxProgram, grants: SandboxGrants): Promise<SandboxedProgram>;
  forget(workspaceId: string): Promise<void>;
  close(): void;
}

export interface LauncherParts {
  mechanism: MechanismContext;
  controlGroups: ControlGroups | undefined;
}

export async function createLauncher(
  options: SandboxOptions,
  { mechanism, controlGroups }: LauncherParts,
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
    proxy: options.proxy,
  });
  const { processes } = options;
  const context: LaunchContext = {
    ...{ options, mechanism, controlGroups, toolchains, workspaces },
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
  grants: SandboxGrants,
): Promise<SandboxedProgram> {
  await giveWorkspace(context, grants.workspace.root);
  const opened = await context.workspaces.open(grants.workspace);
  try {
    const started = startIn(context, opened, { program, grants });
    return { ...started, release: () => started.release().finally(opened.done) };
  } catch (error) {
    opened.done();
    throw error;
  }
}

function startIn(
  context: LaunchContext,
  { folders, mounts, namespaces }: OpenWorkspace,
  { program, grants }: { program: SandboxProgram; grants: SandboxGrants },
): SandboxedProgram {
  const { options, mechanism, controlGroups, toolchains, measureFolders } = context;
  const { workspace, network, environment, limits } = grants;
  const host = hostProgram(mechanism, {
    ...{ namespaces, mounts, program, workingFolder: insidePaths.workspace },
    gitMounts: gitMounts(workspace.root, {
      isWritable: workspace.isGitConfigWritable,
      user: mechanism.user,
    }),
    rlimits: rlimitArguments(limits),
    closesUnixSockets: network === "none",
  });
  return startProgram({
    ...{ processes: options.processes, host, limits, controlGroups, measureFolders },
    environment: sandboxEnvironment({
      ...{ toolchains, proxy: options.proxyEnvironment, granted: environment },
      locale: localeOf(options.environment),
    }),
    folders: Object.values(folders),
  });
}

/** A workspace that a server of another user made before belongs to that user. */
async function giveWorkspace(
  { mechanism: { user }, giveFolder }: LaunchContext,
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
