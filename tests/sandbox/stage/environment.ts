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
    ...passedOn(),
    PATH: [
      join(checkout, "node_modules/.bin"),
      join(folder, "node_modules/.bin"),
      join(folder, "npm/node-gyp-bin"),
      join(home, ".local/bin"),
      join(home, "toolchain/bin"),
      personalPath(home),
    ].join(delimiter),
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

/** How this machine reaches its registries, and what it trusts. */
const reachingVariables =
  /^(SSL_CERT|NODE_EXTRA_CA|GIT_SSL|CURL_CA|PIP_|REQUESTS_CA|CARGO_|GOPROXY|GOSUMDB|npm_config_registry|https?_proxy|no_proxy)/i;

function passedOn(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => reachingVariables.test(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? ""]));
}

/** The PATH of whoever started the trial, with the toolchains in their home at the same places of the trial's home. */
function personalPath(home: string): string {
  const own = homedir();
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((place) => !place.includes("node_modules"))
    .map((place) => (place.startsWith(`${own}/`) ? home + place.slice(own.length) : place))
    .join(delimiter);
}
