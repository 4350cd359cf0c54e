import type { Environment } from "./environment.ts";

/** The usual folder of the platform for the data of a user. */
export function defaultDataDir(environment: Environment, platform: string): string {
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? ".";
  if (platform === "darwin") return `${home}/Library/Application Support/talkcody-backend`;
  if (platform === "win32")
    return `${environment["LOCALAPPDATA"] ?? `${home}/AppData/Local`}/talkcody-backend`;
  return `${environment["XDG_DATA_HOME"] ?? `${home}/.local/share`}/talkcody-backend`;
}
