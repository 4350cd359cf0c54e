// npm run test:packed
// Packs both clients, installs them outside the repository, and runs them there on every Node they promise to run on.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServerProcess } from "../support/server/server-process.ts";
import { checkBundle } from "./bundle.ts";
import { installNodes, type Node } from "./nodes.ts";
import { expected, installed, listed, type Name, names, pack, telltales } from "./pack.ts";
import { createProject, installGlobally } from "./project.ts";
import { checkBundledSession, checkSdk } from "./sdk.ts";
import { createTally } from "./tally.ts";
import { checkTerminal } from "./terminal.ts";
import { checkTypes } from "./types.ts";

const tally = createTally();
const folder = mkdtempSync(join(tmpdir(), "talkcody-packed-"));
// What fails outside a check, such as packing itself, counts too.
await tally.check("every check was reached", checkAll);
rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;

async function checkAll(): Promise<void> {
  const tarballs = await packBoth();
  const project = await createProject(join(folder, "project"), tarballs);
  const bin = await installGlobally(join(folder, "global"), tarballs.cli);
  await checkContents(project);
  await checkTypes(tally, project);
  await checkBundle(tally, project);
  await checkRuns(await installNodes(folder), { project, bin });
}

async function packBoth(): Promise<Record<Name, string>> {
  const packs = join(folder, "packs");
  mkdirSync(packs);
  return { shared: await pack("shared", packs), cli: await pack("cli", packs) };
}

async function checkContents(project: string): Promise<void> {
  for (const name of names) {
    const place = join(project, "node_modules/@talkcody", name);
    await tally.check(`packages/${name}: npm pack --dry-run lists what it should`, async () => {
      assert.deepEqual(await listed(name), expected(name));
      return `${expected(name).length} files`;
    });
    await tally.check(`packages/${name}: the same is installed`, () =>
      assert.deepEqual(installed(place), expected(name)),
    );
    await tally.check(`packages/${name}: no file tells where it was built`, () =>
      assert.deepEqual(telltales(place), []),
    );
  }
  await tally.check("talkcody installs without a registry, and brings no other package", () =>
    assert.deepEqual(readdirSync(join(folder, "global/lib/node_modules/@talkcody")), ["cli"]),
  );
}

async function checkRuns(nodes: Node[], place: { project: string; bin: string }): Promise<void> {
  const server = await startServerProcess({ env: { TALKCODY_MODEL: "echo@scripted" } });
  try {
    const running = { ...place, url: server.url, key: server.key };
    for (const node of nodes) {
      await checkSdk(tally, node, running);
      await checkTerminal(tally, node, running);
      if (node.path === process.execPath) await checkBundledSession(tally, node, running);
    }
  } finally {
    await server.stop();
  }
}
