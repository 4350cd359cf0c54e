import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceFiles } from "../../scripts/source-files.ts";
import { root } from "../support/server/server-process.ts";
import { succeed } from "./execute.ts";
import { blockOf, guides } from "./guides.ts";

export const names = ["shared", "cli"] as const;
export type Name = (typeof names)[number];

/** Packs as the guides say, but into the folder. Returns the path of the tarball. */
export async function pack(name: Name, folder: string): Promise<string> {
  const env = { ...process.env, npm_config_pack_destination: folder, npm_config_silent: "true" };
  const out = await succeed(["sh", "-c", blockOf(guides[name], "sh pack")], { cwd: root, env });
  const [filename] = /^talkcody-\S+[.]tgz$/m.exec(out) ?? [];
  if (filename === undefined)
    throw new Error(`npm pack named no tarball of packages/${name}; it said:\n${out}`);
  return join(folder, filename);
}

/** What `npm pack --dry-run` would pack, sorted. */
export async function listed(name: Name): Promise<string[]> {
  const command = ["npm", "pack", "--workspace", `packages/${name}`, "--dry-run", "--json", "--silent"];
  const packages = JSON.parse(await succeed(command, { cwd: root })) as { files: { path: string }[] }[];
  return packages.flatMap(({ files }) => files.map(({ path }) => path)).sort();
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
