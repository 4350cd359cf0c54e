import { insidePaths } from "../view/mounts.ts";
import type { Toolchains } from "../view/toolchains.ts";

/** The environment of a program in the sandbox. What a person sets comes last, but never moves HOME, TMPDIR or the proxy. */
export function sandboxEnvironment(options: {
  toolchains: Toolchains;
  proxy: Readonly<Record<string, string>>;
  /** Language and time zone of the host. */
  locale: Readonly<Record<string, string>>;
  granted: Readonly<Record<string, string>>;
  /** Where the program finds what is its own. */
  paths?: typeof insidePaths;
}): Record<string, string> {
  const { toolchains, proxy, locale, granted, paths = insidePaths } = options;
  return {
    ...{ LANG: "C.UTF-8", ...locale, TERM: "dumb", SHELL: "/bin/sh" },
    ...{ PATH: toolchains.path.join(":"), ...toolchains.variables },
    ...granted,
    ...{ HOME: paths.home, USER: "agent", LOGNAME: "agent", TMPDIR: paths.temporary },
    ...{ PWD: paths.workspace, ...proxy },
  };
}

const localeNames = ["LANG", "LC_ALL", "LC_CTYPE", "TZ"];

export function localeOf(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => localeNames.includes(name)));
}
