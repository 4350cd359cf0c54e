import { mkdir, writeFile } from "node:fs/promises";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { SandboxedProgram, SandboxGrants, SandboxProgram } from "../../../ports/sandbox.ts";
import { proxyEnvironment } from "../../proxy/proxy-environment.ts";
import { localeOf, sandboxEnvironment } from "../launch/environment.ts";
import { type Launcher, toolchainsOf } from "../launch/launcher.ts";
import { createMeasureFolders } from "../limits/measure-folders.ts";
import { startProgram } from "../launch/start-program.ts";
import { rememberedFamily } from "../limits/family.ts";
import type { MechanismContext } from "../mechanisms/types.ts";
import { required } from "../programs.ts";
import type { SandboxOptions } from "../options.ts";
import { gitConfig } from "../view/etc.ts";
import type { Toolchains } from "../view/toolchains.ts";
import { gitMounts } from "../view/view.ts";
import type { ProfileOptions } from "./profile.ts";
import { seatbeltProgram } from "./start.ts";
import { createSeatbeltWorkspaces, type SeatbeltWorkspace } from "./workspaces.ts";

/** Starts programs in the sandbox of macOS. A workspace keeps its path there, because nothing can be mounted. */
export async function createSeatbeltLauncher(
  options: SandboxOptions,
  mechanism: MechanismContext,
): Promise<Launcher> {
  const toolchains = toolchainsOf(options);
  const gitConfiguration = await writeGitConfig(options);
  const workspaces = createSeatbeltWorkspaces({ ...options, user: mechanism.user });
  const context = { options, mechanism, toolchains, gitConfiguration };
  return {
    launch: async (program, grants) =>
      launch(context, { program, grants, workspace: await workspaces.open(grants.workspace) }),
    forget: (id) => workspaces.forget(id),
    close: () => workspaces.close(),
  };
}

interface LaunchContext {
  options: SandboxOptions;
  mechanism: MechanismContext;
  toolchains: Toolchains;
  /** What git reads in the place of the configuration of the system, which would lead to the keychain. */
  gitConfiguration: string;
}

interface Launch {
  program: SandboxProgram;
  grants: SandboxGrants;
  workspace: SeatbeltWorkspace;
}

function launch(context: LaunchContext, { program, grants, workspace }: Launch): SandboxedProgram {
  const { options, mechanism, toolchains, gitConfiguration } = context;
  const { folders, port, proxyUser } = workspace;
  const host = seatbeltProgram({
    sandboxExec: required(mechanism.programs["sandbox-exec"]),
    sh: required(mechanism.programs.sh),
    profile: profileFor(context, grants, workspace),
    ...{ limits: grants.limits, workingFolder: folders.root, program },
  });
  const environment = sandboxEnvironment({
    ...{ toolchains, granted: grants.environment, locale: localeOf(options.environment) },
    proxy: { ...proxyEnvironment(port, proxyUser), GIT_CONFIG_SYSTEM: gitConfiguration },
    paths: { workspace: folders.root, home: folders.home, temporary: folders.temporary },
  });
  return startProgram({
    ...{ processes: options.processes, host, environment, limits: grants.limits },
    ...{ folders: Object.values(folders), familyOf: rememberedFamily, controlGroups: undefined },
    measureFolders: createMeasureFolders(options.processes),
  });
}

function profileFor(
  { options, mechanism, toolchains, gitConfiguration }: LaunchContext,
  { workspace: { isGitConfigWritable }, network }: SandboxGrants,
  { folders, port }: SeatbeltWorkspace,
): ProfileOptions {
  const mounts = gitMounts(folders.root, { isWritable: isGitConfigWritable, user: mechanism.user });
  const private_ = [options.productFolder, ...options.privateFolders, ...toolchains.credentialFiles];
  return {
    own: Object.values(folders),
    readable: toolchains.folders.map(real),
    hidden: private_.map(real),
    given: [gitConfiguration],
    kept: mounts.flatMap((each) => (each.kind === "read-only" ? [each.source] : [])),
    ...{ port, allowsUnixSockets: network !== "none" },
  };
}

function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

async function writeGitConfig({ folder, author }: SandboxOptions): Promise<string> {
  const own = join(folder, "seatbelt");
  await mkdir(own, { recursive: true });
  const file = join(realpathSync(own), "gitconfig");
  await writeFile(file, gitConfig(await author()));
  return file;
}
