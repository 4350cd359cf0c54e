import { dirname, join } from "node:path";
import type { Environment } from "./environment.ts";

/** The folder of the product, without links. */
const productDir = join(import.meta.dirname, "../..");

/** The only variables that commands get, so that no key of the server reaches them, and nothing that npm sets. */
const commandVariables = [
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "TMPDIR",
  "SSH_AUTH_SOCK",
];

/** The environment of commands that the agent runs, with the PATH of the user as it was before npm changed it. */
export function commandEnvironment(environment: Environment): Record<string, string> {
  const kept = commandVariables.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const path = withoutOwnFolders(environment["PATH"] ?? "", environment["npm_config_local_prefix"]);
  return {
    LANG: "C.UTF-8",
    ...Object.fromEntries(kept),
    ...(path === "" ? {} : { PATH: path }),
    TERM: "dumb",
  };
}

/** With these, version managers are told where their toolchains are. */
const toolchainNames = [
  "RUSTUP_HOME",
  "PYENV_ROOT",
  "RBENV_ROOT",
  "NODENV_ROOT",
  "VOLTA_HOME",
  "ASDF_DATA_DIR",
].concat(["MISE_DATA_DIR", "FNM_DIR"]);

export function toolchainVariables(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(toolchainNames.map((name) => [name, environment[name]]));
}

/**
 * A PATH without the programs and the Node of the product, which are not those of the user. `npm start` puts the folder
 * node_modules/.bin of the package and of each folder above it in front, and after them its own folder node-gyp-bin.
 */
function withoutOwnFolders(path: string, npmPrefix = productDir): string {
  const entries = path.split(":");
  const npmEnd = entries.findLastIndex(isOfNodeGyp);
  const own = new Set(
    [productDir, npmPrefix].flatMap(foldersUpFrom).map((folder) => `${folder}/node_modules/.bin`),
  );
  return entries
    .filter((entry, place) => {
      const isOfNpm = place <= npmEnd && (entry.endsWith("/node_modules/.bin") || isOfNodeGyp(entry));
      return !isOfNpm && !own.has(entry) && !entry.startsWith(`${productDir}/`);
    })
    .join(":");
}

function isOfNodeGyp(entry: string): boolean {
  return entry.endsWith("/node-gyp-bin");
}

/** The folder and all above it, without a slash at the end. */
function foldersUpFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [""] : [folder, ...foldersUpFrom(parent)];
}
