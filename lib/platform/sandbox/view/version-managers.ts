import { join } from "node:path";
import { isWithin } from "./mounts.ts";
import type { ToolchainOptions } from "./toolchain-options.ts";

/** Version managers: what they put on PATH needs this folder too. Relative to the home unless their variable says otherwise. */
export const managers: { onPath: string; root: string; variable?: string }[] = [
  { onPath: ".cargo/bin", root: ".rustup", variable: "RUSTUP_HOME" },
  { onPath: ".pyenv", root: ".pyenv", variable: "PYENV_ROOT" },
  { onPath: ".rbenv", root: ".rbenv", variable: "RBENV_ROOT" },
  { onPath: ".nodenv", root: ".nodenv", variable: "NODENV_ROOT" },
  { onPath: ".volta", root: ".volta", variable: "VOLTA_HOME" },
  { onPath: ".asdf", root: ".asdf", variable: "ASDF_DATA_DIR" },
  { onPath: ".local/share/mise", root: ".local/share/mise", variable: "MISE_DATA_DIR" },
  { onPath: ".local/share/fnm", root: ".local/share/fnm", variable: "FNM_DIR" },
  { onPath: ".sdkman", root: ".sdkman/candidates" },
];

export function rootOf(
  { root, variable }: (typeof managers)[number],
  { home, host }: ToolchainOptions,
): string {
  return (variable === undefined ? undefined : host[variable]) ?? join(home, root);
}

export function variableOf(
  manager: (typeof managers)[number],
  folders: readonly string[],
  options: ToolchainOptions,
): [string, string][] {
  const root = rootOf(manager, options);
  if (manager.variable === undefined || !folders.includes(root)) return [];
  return [[manager.variable, root]];
}

export function isManaged(
  manager: (typeof managers)[number],
  folder: string,
  options: ToolchainOptions,
): boolean {
  return isWithin(join(options.home, manager.onPath), folder) || isWithin(rootOf(manager, options), folder);
}
