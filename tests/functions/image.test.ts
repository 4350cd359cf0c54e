import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, matchesGlob } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { files } from "../structure/repository.ts";
import { startInstance } from "../support/function/instance.ts";
import { root } from "../support/server/server-process.ts";

const dockerfile = readFileSync(join(root, "deploy/lambda/Dockerfile"), "utf8");
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), "talkcody-function-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

test("the function runs with nothing but the files that go into its image", async () => {
  const image = folder();
  for (const path of files.filter(isSent)) {
    mkdirSync(join(image, dirname(path)), { recursive: true });
    cpSync(join(root, path), join(image, path));
  }
  expect(existsSync(join(image, "tests"))).toBe(false);
  symlinkSync(join(root, "node_modules"), join(image, "node_modules"));
  const instance = await startInstance(folder(), { codeAt: image });
  onTestFinished(() => instance.stop());
  expect((await instance.call("listAgents")).body.items.map(({ name }) => name)).toEqual(["Coder"]);
});

test("the image starts at a handler that is there, in a file that the runtime of Lambda looks for", () => {
  const [, module = "", name] = /^CMD \["(.*)\.(\w+)"\]$/m.exec(dockerfile) ?? [];
  expect(name).toBe("handler");
  expect(existsSync(join(root, `${module}.mjs`))).toBe(true);
  expect(existsSync(join(root, `${module}.js`)), "a .js beside would be taken before").toBe(false);
});

test("the image is built from the same packages as the always-on one", () => {
  const copied = (text: string) =>
    text.split("\n").filter((line) => /^COPY (package|\.)|^RUN npm/.test(line));
  const alwaysOn = readFileSync(join(root, "deploy/Dockerfile"), "utf8");
  expect(copied(dockerfile)).toEqual(copied(alwaysOn));
  expect(copied(dockerfile).length).toBe(5);
});

/** As Docker reads .dockerignore: the last line that fits a file or a folder above it decides. */
function isSent(path: string): boolean {
  const rules = readFileSync(join(root, ".dockerignore"), "utf8").split("\n").filter(isRule);
  const fits = rules.filter((rule) => matches(path, rule.replace("!", "")));
  return fits.at(-1)?.startsWith("!") === true;
}

function matches(path: string, pattern: string): boolean {
  return path === "." ? false : matchesGlob(path, pattern) || matches(dirname(path), pattern);
}

function isRule(line: string): boolean {
  return line !== "" && !line.startsWith("#");
}
