import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { promisify } from "node:util";
import type { SandboxedProgram, SandboxGrants, SandboxProgram } from "../../../ports/sandbox.ts";
import type { ControlGroups } from "../limits/control-groups.ts";
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
  return {
    launch: (program, grants) =>
      launch({ options, mechanism, controlGroups, toolchains, workspaces, onFailedStart }, program, grants),
    forget: (id) => workspaces.forget(id),
    close: () => workspaces.close(),
  };
}

interface LaunchContext extends LauncherParts {
  options: SandboxOptions;
  toolchains: Toolchains;
  workspaces: ReturnType<typeof createOpenWorkspaces>;
}

async function launch(
  { options, mechanism, controlGroups, toolchains, workspaces, onFailedStart }: LaunchContext,
  program: SandboxProgram,
  { workspace, network, environment, limits }: SandboxGrants,
): Promise<SandboxedProgram> {
  await giveWorkspace(mechanism, workspace.root);
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
    measureFolders: (paths, signal) => measure(mechanism.programs.du ?? "du", paths, signal),
  });
  return { ...started, release: () => started.release().finally(done) };
}

/** A workspace that a server of another user made before belongs to that user. */
async function giveWorkspace({ user, programs }: MechanismContext, root: string): Promise<void> {
  if (!user.isOther || statSync(root).uid === user.uid) return;
  const args = ["-hR", `${user.uid}:${user.gid}`, "--", root];
  await promisify(execFile)(programs.chown ?? "chown", args, { env: {} });
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

/** Bytes on disk, hard links counted once. */
export async function measure(du: string, paths: readonly string[], signal: AbortSignal): Promise<number> {
  const { stdout } = await promisify(execFile)(du, ["-sxk", "--", ...paths], { signal, env: {} });
  const sizes = stdout.split("\n").map((line) => Number.parseInt(line, 10) || 0);
  return sizes.reduce((sum, kibibytes) => sum + kibibytes * 1024, 0);
}
