import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/server-process.ts";
import { succeed } from "./execute.ts";
import type { Name } from "./pack.ts";

/** Bundles for the size; pinned here, because nothing but this test needs it. */
const bundler = "esbuild@0.28.2";

/** An empty project outside the repository into which both packages are installed, with the programs that use them. */
export async function createProject(folder: string, tarballs: Record<Name, string>): Promise<string> {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  cpSync(join(root, "tests/fixtures/packed"), folder, { recursive: true });
  writeFileSync(join(folder, "guide.mjs"), guideProgram());
  // The packages themselves come from no registry.
  await npmInstall(folder, ["--offline", "--cache", join(folder, "no-cache"), tarballs.shared, tarballs.cli]);
  await npmInstall(folder, ["--save-dev", "--ignore-scripts", bundler, `@types/node@${nodeTypesVersion()}`]);
  return folder;
}

/** Installs the terminal client as the guide says, but where no registry can be reached. Returns the folder of its command. */
export async function installGlobally(folder: string, tarball: string): Promise<string> {
  mkdirSync(folder);
  const nowhere = ["--offline", "--cache", join(folder, "no-cache"), "--registry", "http://127.0.0.1:9"];
  await npmInstall(folder, ["--global", "--prefix", folder, ...nowhere, tarball]);
  return join(folder, "bin");
}

function npmInstall(folder: string, options: string[]): Promise<string> {
  return succeed(["npm", "install", "--no-audit", "--no-fund", ...options], { cwd: folder });
}

/** The program in the guide to the API, as it stands. */
function guideProgram(): string {
  const guide = readFileSync(join(root, "docs/guides/use-the-api.md"), "utf8");
  const [, program] = /^```ts\n([\s\S]*?)^```/m.exec(guide) ?? [];
  if (program === undefined) throw new Error("docs/guides/use-the-api.md has no TypeScript.");
  return program;
}

function nodeTypesVersion(): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return manifest.devDependencies["@types/node"] ?? "latest";
}
