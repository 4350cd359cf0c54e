// npm run generate [-- --check] [--root folder]
// Writes the *.gen.* files, which are derived from openapi.yaml. Do not edit them by hand.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { format, resolveConfig } from "prettier";
import { bundleContract } from "./generate/contract.ts";
import { mistakeAtKeys } from "./generate/mistake.ts";
import { IncompleteOperation, operationsOf, registryModule, routesModule } from "./generate/operations.ts";
import { typesModule } from "./generate/types.ts";

const { values: options } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    root: { type: "string", default: join(import.meta.dirname, "..") },
  },
});

try {
  const root = resolve(options.root);
  await (options.check ? refuseStale : write)(root, await generate(root));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** The generated files, by path. The same contract gives the same bytes. */
async function generate(root: string): Promise<Map<string, string>> {
  const contract = await bundleContract(root);
  const operations = await located(root, () => operationsOf(contract));
  return new Map([
    ["packages/shared/src/contract.gen.json", await pretty(root, JSON.stringify(contract), "json")],
    ["packages/shared/src/contract.gen.ts", await pretty(root, await typesModule(contract), "typescript")],
    ["packages/shared/src/routes.gen.ts", await pretty(root, routesModule(operations), "typescript")],
    ["handlers/registry.gen.ts", await pretty(root, registryModule(operations), "typescript")],
  ]);
}

/** Reports a mistake in the bundled contract by its place in openapi.yaml, which people edit. */
async function located<T>(root: string, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof IncompleteOperation)) throw error;
    const path = "openapi.yaml";
    throw mistakeAtKeys({ path, text: await readFile(join(root, path), "utf8") }, error.keys, error.message);
  }
}

/** Formatted for review: one property per line, unless an object fits on one line. */
async function pretty(root: string, source: string, parser: "json" | "typescript"): Promise<string> {
  const style = await resolveConfig(join(root, "any.ts"));
  return format(source, { ...style, parser });
}

async function write(root: string, files: Map<string, string>): Promise<void> {
  for (const [path, content] of files) {
    if ((await contentOf(root, path)) === content) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    console.log(`wrote ${path}`);
  }
}

async function refuseStale(root: string, files: Map<string, string>): Promise<void> {
  const stale: string[] = [];
  for (const [path, content] of files) {
    if ((await contentOf(root, path)) !== content) stale.push(path);
  }
  if (stale.length > 0) {
    throw new Error(`These files do not match openapi.yaml; run \`npm run generate\`: ${stale.join(", ")}`);
  }
}

async function contentOf(root: string, path: string): Promise<string | undefined> {
  return readFile(join(root, path), "utf8").catch(() => undefined);
}
