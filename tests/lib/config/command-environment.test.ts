import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../../lib/config/config.ts";
import { root } from "../../structure/repository.ts";

function environmentOf(environment: Record<string, string>): Readonly<Record<string, string>> {
  return loadConfig({ HOME: "/people/ann", ...environment }).commandEnvironment;
}

function pathOf(...entries: string[]): string | undefined {
  return environmentOf({ PATH: entries.join(":") })["PATH"];
}

/** As npm writes it in front of the PATH of the user. */
const npmFolders = [
  join(root, "node_modules/.bin"),
  join(dirname(root), "node_modules/.bin"),
  "/people/ann/node_modules/.bin",
  "/people/node_modules/.bin",
  "/node_modules/.bin",
  "/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin",
];

test("what npm puts in front of PATH does not reach commands", () => {
  expect(pathOf(...npmFolders, "/people/ann/.local/bin", "/usr/bin")).toBe("/people/ann/.local/bin:/usr/bin");
});

test("the product's programs and its Node reach no command, wherever they are in PATH", () => {
  const own = [join(root, "node_modules/.bin"), join(root, "node_modules/node/bin"), "/node_modules/.bin"];
  expect(pathOf("/opt/bin", ...own, "/usr/bin")).toBe("/opt/bin:/usr/bin");
});

test("the folders of a user stay, also those that look like npm's", () => {
  const own = [
    "./node_modules/.bin",
    "/people/ann/node_modules/.bin",
    "/people/ann/.nvm/v24/bin",
    "/usr/bin",
  ];
  expect(pathOf(...own)).toBe(own.join(":"));
  expect(pathOf(...npmFolders, ...own)).toBe(own.join(":"));
  expect(pathOf(`${root}-other/node_modules/.bin`)).toBe(`${root}-other/node_modules/.bin`);
});

test("the folders above another prefix of npm go too", () => {
  const { PATH } = environmentOf({
    PATH: "/srv/app/node_modules/.bin:/srv/node_modules/.bin:/usr/bin",
    npm_config_local_prefix: "/srv/app",
  });
  expect(PATH).toBe("/usr/bin");
});

test("nothing that npm sets reaches commands, and no PATH is better than an empty one", () => {
  const environment = environmentOf({
    PATH: npmFolders.join(":"),
    npm_config_local_prefix: root,
    npm_node_execpath: "/usr/bin/node",
    npm_lifecycle_event: "start",
    INIT_CWD: root,
    NODE: "/usr/bin/node",
    OPENAI_API_KEY: "canary",
  });
  expect(environment).toEqual({ HOME: "/people/ann", LANG: "C.UTF-8", TERM: "dumb" });
});
