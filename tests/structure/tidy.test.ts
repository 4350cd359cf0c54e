import { basename } from "node:path";
import { expect, test } from "vitest";
import { code, files, linesMatching } from "./repository.ts";

const text = files.filter((path) =>
  /\.(ts|mjs|js|json|md|sql|ya?ml|sh|toml|html|css)$|Dockerfile|^\.ci\//.test(path),
);

test("no file has a name that says nothing", () => {
  const empty = /^(utils?|helpers?|common|misc|manager|data|info)\./i;
  const found = files.filter((path) => path.endsWith(".ts") && empty.test(basename(path)));
  expect(found, "name the file after its main export").toEqual([]);
});

test("nothing is left to be done later in the code", () => {
  // Spelled apart so that this file does not find itself.
  const marks = new RegExp(`\\b(${["FIX" + "ME", "TO" + "DO", "X".repeat(3)].join("|")})\\b`);
  const found = linesMatching(
    code("lib", "handlers", "packages", "scripts", "bench", "tests", "deploy"),
    marks,
  );
  expect(found, "do it, or file it and delete the comment").toEqual([]);
});

test("only lib/config/config.ts reads the environment", () => {
  const readers = code("lib", "handlers", "app/assemble.ts", "app/main.ts").filter(
    (path) => path !== "lib/config/config.ts",
  );
  const found = linesMatching(readers, /\bprocess\s*(\.|\[['"])env\b/);
  expect(found, "add a key to Config in lib/config/config.ts and pass it on from app/assemble.ts").toEqual(
    [],
  );
});

test("no file names a place on someone's machine", () => {
  // The home of commands in the sandbox, and that of a person in examples, are nobody's.
  const home = /(?<![\w.:/~$}-])\/(root|work|home|Users)\/(?!agent\b|ann\b|node_modules\b)[A-Za-z0-9_.-]+/;
  const found = linesMatching(
    text.filter((path) => path !== "package-lock.json" && path !== "tests/structure/tidy.test.ts"),
    home,
  );
  expect(found, "use a relative path, a temporary folder or the data directory").toEqual([]);
});

test("no file holds a secret", () => {
  const secret =
    /\bsk-[A-Za-z0-9_-]{32,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abp]-[0-9A-Za-z-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAIza[0-9A-Za-z_-]{35}|\b\d{9,10}:AA[0-9A-Za-z_-]{33}/;
  expect(
    linesMatching(text, secret),
    "revoke it, then take it out; a test makes its key by joining parts",
  ).toEqual([]);
});
