import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { keyVariables, type Planted } from "./planted.ts";
import type { Setting } from "./setting.ts";

/** What `npm start` would pass on in the shell of the person: the PATH that npm makes, their own PATH behind it, and keys. */
export function environmentOf({ folder, user }: Setting, { canaries }: Planted): Record<string, string> {
  const home = join(folder, "home");
  const checkout = join(folder, "checkout");
  const keys = keyVariables.map((name) => [name, canaries[name] ?? ""]);
  return {
    ...reachingEnvironment(),
    PATH: [
      join(checkout, "node_modules/.bin"),
      join(folder, "node_modules/.bin"),
      join(folder, "npm/node-gyp-bin"),
      join(home, ".local/bin"),
      join(home, "toolchain/bin"),
      personalPath(home),
    ].join(delimiter),
    ...(existsSync(pyenv) ? { PYENV_ROOT: pyenv } : {}),
    npm_config_local_prefix: checkout,
    HOME: home,
    USER: user === "root" ? "root" : "trial",
    LANG: "C.UTF-8",
    SSH_AUTH_SOCK: join(folder, "agent.sock"),
    TALKCODY_ALLOW_LOCAL_REPOSITORIES: "true",
    TALKCODY_GRACE_PERIOD_MS: "1000",
    ...Object.fromEntries(keys),
  };
}

/** The variables by which this machine's programs find their registries and know whom to trust. */
const trustVariables =
  /^(SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|CURL_CA_BUNDLE|PIP_CERT|PIP_INDEX_URL|REQUESTS_CA_BUNDLE|GOPROXY|GOSUMDB|npm_config_registry)$/i;

/** The names of those that are set here. */
export const trustNames = Object.keys(process.env).filter((name) => trustVariables.test(name));

function reachingEnvironment(): Record<string, string> {
  const names = [...trustNames, "TALKCODY_REACHABLE_NETWORKS"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

const pyenv = join(homedir(), ".pyenv");

/** The PATH of the person who started the trial, with the toolchains in their home at the same places of the trial's home. */
function personalPath(home: string): string {
  const own = homedir();
  const isMoved = (place: string) => place.startsWith(`${own}/`) && !place.startsWith(pyenv);
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((place) => !place.includes("node_modules"))
    .map((place) => (isMoved(place) ? home + place.slice(own.length) : place))
    .join(delimiter);
}
