import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withoutOldNpmTraps, type Lock } from "../../scripts/lock-traps.ts";
import { read, root } from "../structure/repository.ts";

const lock = () => JSON.parse(read("package-lock.json")) as Lock;

test("the lock installs on the npm of an older Node", () => {
  expect(lock(), "run `npm run lock`").toEqual(withoutOldNpmTraps(lock()));
});

test("an optional package that asks for a newer Node would be found", () => {
  const entry = { optional: true, engines: { node: ">=22" } };
  expect(withoutOldNpmTraps({ packages: { "node_modules/x": { ...entry } } }).packages).toEqual({
    "node_modules/x": { optional: true },
  });
});

test("an older npm compiles no package", () => {
  const compiled = Object.entries(lock().packages)
    .filter(([path, { gypfile }]) => gypfile !== false && existsSync(join(root, path, "binding.gyp")))
    .map(([path]) => path);
  expect(compiled, "add it to `prebuilt` in scripts/lock-traps.ts if it ships what it would compile").toEqual(
    [],
  );
});

test("the overridden TypeScript is the one of the project", () => {
  // Not `$typescript`: with an alias behind it npm 9 takes the lock for unreadable.
  const { devDependencies, overrides } = JSON.parse(read("package.json")) as {
    devDependencies: { typescript: string };
    overrides: { "openapi-typescript": { typescript: string } };
  };
  expect(devDependencies.typescript).toBe(
    `npm:@typescript/typescript6@${overrides["openapi-typescript"].typescript}`,
  );
});
