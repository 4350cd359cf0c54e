import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { succeed } from "./execute.ts";
import type { Tally } from "./tally.ts";

/** A page pays for the client with each visit. In bytes after gzip: what it needs today, and about a tenth to grow. The session is bundled to be run. */
const bounds = { "page.js": 5700, "everything.js": 7600, "session.mjs": Infinity };

/** The package bundles for browsers, stays small, and brings nothing of Node along. */
export async function checkBundle(tally: Tally, project: string): Promise<void> {
  for (const [program, bytesMax] of Object.entries(bounds))
    await tally.check(`bundle: esbuild, for browsers, minified, ${program}`, async () => {
      const code = await bundle(project, program);
      assert.doesNotMatch(code.toString(), /\bimport\b|\brequire\(|node:/);
      const bytes = gzipSync(code).length;
      assert(bytes <= bytesMax, `${bytes} bytes gzipped; at most ${bytesMax} were expected.`);
      return `${bytes} bytes gzipped, ${code.length} before`;
    });
}

async function bundle(project: string, program: string): Promise<Buffer> {
  const output = join(project, `bundled-${program}`);
  const options = ["--bundle", "--minify", "--format=esm", "--platform=browser", `--outfile=${output}`];
  await succeed([join(project, "node_modules/.bin/esbuild"), program, ...options], { cwd: project });
  return readFileSync(output);
}
