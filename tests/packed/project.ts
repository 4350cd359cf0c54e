import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "../support/server/server-process.ts";
import { succeed } from "./execute.ts";
import { blockOf, guides } from "./guides.ts";
import type { Name } from "./pack.ts";

/** Bundles for the size; pinned here, because nothing but this test needs it. */
const bundler = "esbuild@0.28.2";

/** An empty project outside the repository into which both packages are installed, with the programs that use them. */
export async function createProject(folder: string, tarballs: Record<Name, string>): Promise<string> {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  cpSync(join(root, "tests/fixtures/packed"), folder, { recursive: true });
  writeFileSync(join(folder, "guide.mjs"), blockOf(guides.shared, "ts"));
  const env = withoutRegistry(folder);
  cpSync(tarballs.shared, join(folder, basename(tarballs.shared)));
  await succeed(["sh", "-c", blockOf(guides.shared, "sh install")], { cwd: folder, env });
  await succeed(["npm", "install", tarballs.cli], { cwd: folder, env });
  const tools = [bundler, `@types/node@${nodeTypesVersion()}`];
  await succeed(["npm", "install", "--save-dev", "--ignore-scripts", ...tools], { cwd: folder });
  return folder;
}

/** Installs the terminal client as the guide says. Returns the folder of its command. */
export async function installGlobally(folder: string, tarball: string): Promise<string> {
  mkdirSync(folder);
  const env = { ...withoutRegistry(folder), npm_config_prefix: folder };
  await succeed(["sh", "-c", blockOf(guides.cli, "sh install")], { cwd: dirname(tarball), env });
  return join(folder, "bin");
}

/** Where no registry can be reached and nothing is cached: the packages must bring all they need. */
function withoutRegistry(folder: string): Record<string, string | undefined> {
  const cache = join(folder, "no-cache");
  return { ...process.env, npm_config_offline: "true", npm_config_cache: cache, npm_config_audit: "false" };
}

function nodeTypesVersion(): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return manifest.devDependencies["@types/node"] ?? "latest";
}
