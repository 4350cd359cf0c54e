import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { breaches } from "./breaches.ts";

/** Packages the small tree pretends to have installed. */
const packages = [
  "@ai-sdk/openai",
  "@opentelemetry/api",
  "better-sqlite3",
  "execa",
  "fastify",
  "left",
  "simple-git",
  "vitest",
];

/** Files that keep every rule, so that a false alarm shows. */
const sound: Record<string, string> = {
  "app/assemble.ts": `import { open } from "../lib/storage/open.ts"; import { run } from "../lib/platform/run.ts";
    import { ask } from "../lib/models/ask.ts"; import { serve } from "../lib/server/serve.ts";
    import { config } from "../lib/config/config.ts"; import { registry } from "../handlers/registry.gen.ts"; console.log(open, run, ask, serve, config, registry);`,
  "lib/noun.ts": `import { basename } from "node:path"; export const noun = basename("noun");`,
  "lib/ports/port.ts": `import type { noun } from "../noun.ts"; export type Port = typeof noun;`,
  "lib/config/config.ts": `import type { Port } from "../ports/port.ts"; export const config: Port = "port";`,
  "lib/storage/open.ts": `import Database from "better-sqlite3"; import { row } from "./rows/row.ts"; import { table } from "./tables/table.ts";
    export const open = () => [row, table, new Database("x")];`,
  // Each folder imports the other: a breach of no-folder-cycles, while no file imports itself.
  "lib/storage/rows/name.ts": `export const name = "name";`,
  "lib/storage/rows/row.ts": `import { column } from "../tables/column.ts"; export const row = [column];`,
  "lib/storage/tables/column.ts": `export const column = "column";`,
  "lib/storage/tables/table.ts": `import { name } from "../rows/name.ts"; export const table = [name];`,
  "lib/platform/run.ts": `import { spawn } from "node:child_process"; import { ask } from "./git/ask.ts";
    export const run = [ask, spawn];`,
  "lib/platform/git/ask.ts": `import type { SimpleGit } from "simple-git";
    export const ask = async (): Promise<SimpleGit> => (await import("simple-git")).simpleGit();`,
  "lib/models/ask.ts": `import { createOpenAI } from "@ai-sdk/openai"; export const ask = createOpenAI;`,
  "lib/server/serve.ts": `import fastify from "fastify"; import { noun } from "../noun.ts"; export const serve = [fastify, noun];`,
  "handlers/registry.gen.ts": `import { getNoun } from "./nouns/getNoun.ts"; export const registry = { getNoun };`,
  "handlers/nouns/getNoun.ts": `import { noun } from "../../lib/noun.ts"; export const getNoun = () => noun;`,
  "packages/shared/src/index.ts": `export * from "./routes.ts";`,
  "packages/shared/src/routes.ts": `export const routes = {};`,
  "packages/cli/src/main.ts": `import { routes } from "../../shared/src/index.ts"; import { argv } from "node:process"; console.log(routes, argv);`,
  "scripts/start.ts": `import { execa } from "execa"; await execa("true");`,
  "tests/noun.test.ts": `import { test } from "vitest"; import { noun } from "../lib/noun.ts"; test(noun, () => {});`,
};

/** Lays a small sound tree into a folder, and one breach of each rule beside it. */
export function layTree(root: string, tree: string): void {
  mkdirSync(join(tree, "scripts/structure"), { recursive: true });
  for (const name of ["scripts/structure/import-rules.mjs", "tsconfig.json"])
    copyFileSync(join(root, name), join(tree, name));
  put(
    tree,
    "package.json",
    manifest("sound", { devDependencies: { vitest: "1.0.0" }, dependencies: installed() }),
  );
  put(tree, "packages/shared/package.json", manifest("@talkcody/shared", {}));
  put(tree, "packages/cli/package.json", manifest("@talkcody/cli", {}));
  for (const name of packages) layPackage(tree, name);
  for (const [path, source] of Object.entries(sound)) put(tree, path, source);
  for (const { file, source } of breaches) if (source !== null) put(tree, file, source);
}

function installed(): Record<string, string> {
  return Object.fromEntries(packages.filter((name) => name !== "vitest").map((name) => [name, "1.0.0"]));
}

function layPackage(tree: string, name: string): void {
  put(tree, `node_modules/${name}/package.json`, manifest(name, { exports: "./index.js" }));
  put(tree, `node_modules/${name}/index.js`, "export default {};");
}

function manifest(name: string, more: object): string {
  return JSON.stringify({ name, version: "1.0.0", type: "module", ...more });
}

function put(tree: string, path: string, content: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), content);
}
