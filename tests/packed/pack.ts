import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceFiles } from "../../scripts/source-files.ts";
import { root } from "../support/server-process.ts";
import { succeed } from "./execute.ts";

export const names = ["shared", "cli"] as const;
export type Name = (typeof names)[number];

interface Packed {
  name: string;
  filename: string;
  files: { path: string }[];
}

/** The path of the tarball that `npm pack` writes into the folder. */
export async function pack(name: Name, folder: string): Promise<string> {
  const { filename } = await npmPack(name, ["--pack-destination", folder]);
  return join(folder, filename);
}

/** What `npm pack --dry-run` would pack, sorted. */
export async function listed(name: Name): Promise<string[]> {
  const { files } = await npmPack(name, ["--dry-run"]);
  return files.map(({ path }) => path).sort();
}

async function npmPack(name: Name, options: string[]): Promise<Packed> {
  const command = ["npm", "pack", "--workspace", `packages/${name}`, "--json", "--silent", ...options];
  const [packed] = JSON.parse(await succeed(command, { cwd: root })) as Packed[];
  if (packed === undefined) throw new Error(`npm pack wrote nothing about packages/${name}.`);
  return packed;
}

/** What a package should hold, derived from the sources: each compiled, its types where they can be imported, and nothing else. */
export function expected(name: Name): string[] {
  const sources = sourceFiles(root);
  const compiled = (source: Name, folder: string, extension: string) =>
    sources
      .filter((path) => path.startsWith(`packages/${source}/src/`) && path.endsWith(".ts"))
      .map((path) => path.replace(`packages/${source}/src/`, folder).replace(/[.]ts$/, extension));
  const always = ["LICENSE", "README.md", "package.json"];
  const files =
    name === "shared"
      ? [...compiled("shared", "dist/", ".js"), ...compiled("shared", "dist/", ".d.ts")]
      : [
          "bin/talkcody.mjs",
          "dist/cli/src/index.d.ts",
          ...compiled("cli", "dist/cli/src/", ".js"),
          ...compiled("shared", "dist/shared/src/", ".js"),
        ];
  return [...always, ...files].sort();
}

/** Every file of an installed package, sorted. */
export function installed(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Files of an installed package that name the folder they were built in. */
export function telltales(folder: string): string[] {
  return installed(folder).filter((path) => readFileSync(join(folder, path), "utf8").includes(root));
}
