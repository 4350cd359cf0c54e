import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

async function check(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "browser-"));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "es2024",
    lib: ["es2024", "dom", "dom.iterable", "dom.asynciterable"],
    types: [],
    module: "esnext",
    moduleResolution: "bundler",
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["page.ts"] }));
  await writeFile(join(folder, "page.ts"), source);
  try {
    const { stdout } = await execa("tsc", ["-p", folder], {
      preferLocal: true,
      localDir: root,
      reject: false,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const shared = JSON.stringify(join(root, "packages/shared/src/index.ts"));

test("the package compiles for a browser, with no type of Node in reach", async () => {
  expect(
    await check(
      `import { createClient, openSocket } from ${shared};\nopenSocket(createClient({ baseUrl: "", apiKey: "" }));\n`,
    ),
  ).toBe("");
});

test("the check would find a type of Node", async () => {
  expect(
    await check(
      `import { createClient } from ${shared};\ncreateClient({ baseUrl: "", apiKey: process.env.KEY ?? "" });\n`,
    ),
  ).toContain("process");
});
