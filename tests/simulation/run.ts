// npm run test:simulate -- [--seeds N] [--from S] | --seed X [--trace]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { faultKinds, type FaultKind } from "./world/faults.ts";
import { play, type Report } from "./play.ts";
import { openFolders } from "./world/template.ts";
import { Breach } from "./audit/breach.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});
/** From here on every kind of fault has to have happened. */
const seedsForAll = 1000;

Error.stackTraceLimit = 5; // Thousands of errors are thrown on purpose, and a long stack takes its time.
const folders = openFolders();
const startedAt = performance.now();
const counts = new Map<FaultKind, number>();
const sum = { seeds: 0, steps: 0, crashes: 0, breaches: 0 };
for (const seed of chosenSeeds()) {
  const print = values.trace ? { print: (line: string) => console.log(line) } : {};
  count(await play({ seed, folders, ...print }));
}
folders.close();
report();

function chosenSeeds(): number[] {
  if (values.seed !== undefined) return [Number(values.seed)];
  const first = Number(values.from);
  const fresh = Array.from({ length: Number(values.seeds) }, (_, index) => first + index);
  return [...new Set([...keptSeeds(), ...fresh])];
}

/** Each line is a seed that once found something, and what. */
function keptSeeds(): number[] {
  const lines = readFileSync(join(import.meta.dirname, "seeds.txt"), "utf8").split("\n");
  return lines.map((line) => Number.parseInt(line, 10)).filter((seed) => !Number.isNaN(seed));
}

function count(played: Report): void {
  sum.seeds++;
  sum.steps += played.steps;
  sum.crashes += played.crashes;
  for (const [kind, times] of played.faults) counts.set(kind, (counts.get(kind) ?? 0) + times);
  if (played.breach !== undefined) tell(played, played.breach);
  if (sum.seeds % 100 === 0) console.log(`${sum.seeds} seeds, ${sum.breaches} breaches, ${seconds()} s`);
}

function tell({ seed, steps }: Report, { error, lastLines }: NonNullable<Report["breach"]>): void {
  sum.breaches++;
  const invariant = error instanceof Breach ? error.invariant : "nothing breaks but what was broken";
  const seen = error instanceof Breach ? error.message : error instanceof Error ? error.stack : String(error);
  console.log(`\n✗ seed ${seed}, step ${steps}: ${invariant}\n  ${seen?.slice(0, 4000)}\n`);
  if (!values.trace) console.log(lastLines.map((line) => `  | ${line}`).join("\n"));
  console.log(`\n  Again: npm run test:simulate -- --seed ${seed} --trace\n`);
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

function report(): void {
  const missing = faultKinds.filter((kind) => !counts.has(kind));
  const isWhole = sum.seeds < seedsForAll || missing.length === 0;
  const rows: [string, string | number][] = [
    ...Object.entries(sum),
    ["seconds", seconds()],
    ["seeds/s", (sum.seeds / Number(seconds())).toFixed(1)],
    ...faultKinds.map((kind): [string, number] => [`  ${kind}`, counts.get(kind) ?? 0]),
  ];
  console.log(rows.map(([name, value]) => `${name.padEnd(24)} ${value}`).join("\n"));
  if (!isWhole) console.log(`✗ never happened: ${missing.join(", ")}`);
  console.log(`${sum.seeds - sum.breaches} passed, ${sum.breaches + (isWhole ? 0 : 1)} failed`);
  if (sum.breaches > 0 || !isWhole) process.exitCode = 1;
}
