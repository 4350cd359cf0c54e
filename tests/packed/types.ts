import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/server/server-process.ts";
import { execute } from "./execute.ts";
import type { Tally } from "./tally.ts";

const compilers = { "TypeScript 6": "tsc6", "TypeScript 7": "tsc" };
const browser = { lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable"], types: [] };
const node = { lib: ["es2022"], types: ["node"] };
const settings = {
  "nodenext with dom": { module: "nodenext", ...browser },
  "nodenext with @types/node": { module: "nodenext", ...node },
  "bundler with dom": { module: "esnext", moduleResolution: "bundler", ...browser },
};

/** Each compiler in each setting takes the program that is right, and finds every mistake of the one that is wrong. */
export async function checkTypes(tally: Tally, project: string): Promise<void> {
  const marked = mistakesIn(join(project, "wrong.ts"));
  for (const [compiler, binary] of Object.entries(compilers))
    for (const [name, setting] of Object.entries(settings))
      await tally.check(`types: ${compiler}, ${name}, strict, libraries checked`, async () => {
        const found = await diagnostics(project, binary, setting);
        assert.deepEqual(found, marked);
        return `${marked.length} mistakes found, nothing else`;
      });
}

/** Where the compiler complains, as `file:line`. */
async function diagnostics(project: string, binary: string, setting: object): Promise<string[]> {
  const compilerOptions = { target: "es2022", strict: true, skipLibCheck: false, noEmit: true, ...setting };
  const files = ["right.ts", "wrong.ts"];
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const command = [process.execPath, join(root, "node_modules/.bin", binary), "--pretty", "false"];
  const { out } = await execute(command, { cwd: project });
  const places = out.split("\n").filter((line) => /^\S/.test(line));
  return places.map((line) => line.replace(/^(\S+)\((\d+),\d+\): error.*/, "$1:$2"));
}

function mistakesIn(path: string): string[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.flatMap((line, index) => (/ \/\/ \d$/.test(line) ? [`wrong.ts:${index + 1}`] : []));
}
