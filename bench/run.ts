import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { closeInheritedDescriptors } from "../lib/server/process/inherited-descriptors.ts";
import type { Measure } from "./measures/measures.ts";
import { measures } from "./measures/measures.ts";
import { within } from "./monotonic.ts";
import { opencode } from "./targets/opencode.ts";
import { heading, tableLine } from "./table.ts";
import type { Row } from "./table.ts";
import { talkcody } from "./targets/talkcody.ts";
import type { Target } from "./targets/target.ts";

const usage = `npm run bench -- [--runs N] [--only TEXT] [--peer PATH] [--json FILE]

  --runs N      runs of each measure; shows the median (default: 3)
  --only TEXT   only measures with a figure whose name contains TEXT
  --peer PATH   an opencode 1.18 binary (from npm: opencode-linux-x64), measured too, run by run
  --json FILE   write the values of all runs as JSON`;

interface Run {
  targets: Target[];
  runs: number;
  modelUrl: string;
}

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    peer: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});

closeInheritedDescriptors(); // As the server does, so that its commands inherit nothing of the terminal.
if (options.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const targets = options.peer === undefined ? [talkcody] : [talkcody, opencode(checkedPeer(options.peer))];
  const names = targets.map(({ name }) => name);
  const chosen = measures.filter(({ figures }) => figures.some(({ name }) => name.includes(options.only)));
  const model = await startModel();
  try {
    const rows: Row[] = [];
    console.log(heading(names));
    for (const measure of chosen) {
      const measured = await measureAll(measure, {
        targets,
        runs: Number(options.runs),
        modelUrl: model.url,
      });
      for (const row of measured) console.log(tableLine(row, names));
      rows.push(...measured);
    }
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    model.stop();
  }
}

function checkedPeer(path: string): string {
  if (!existsSync(path))
    throw new Error(`There is no ${path}. Get one with: npm pack opencode-linux-x64@1.18.33`);
  return path;
}

/** Alternates between the targets, so that a slow minute of the machine affects both. */
async function measureAll(measure: Measure, { targets, runs, modelUrl }: Run): Promise<Row[]> {
  const rows: Row[] = measure.figures.map((figure) => ({ ...figure, results: {} }));
  for (let count = 0; count < runs; count++) {
    for (const target of targets) {
      const values = await measureOnce(measure, target, modelUrl);
      rows.forEach(({ results }, index) => (results[target.name] ??= []).push(values[index] ?? Number.NaN));
    }
  }
  return rows;
}

async function measureOnce(measure: Measure, target: Target, modelUrl: string): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), `bench-${target.name}-`));
  const label = `${target.name}, ${measure.figures[0]?.name}`;
  try {
    const running = await target.start({ modelUrl, folder });
    try {
      return await within(measure.limitMs, measure.run(running), label);
    } finally {
      await running.stop("SIGKILL");
    }
  } catch (error) {
    console.error(`  ${label}: ${String(error)}`);
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Starts the language model in its own process, which ends when this one does. */
async function startModel(): Promise<{ url: string; stop(): void }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "model/server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const port = new Promise<string>((resolve) =>
    child.stdout.once("data", (text: Buffer) => resolve(text.toString().trim())),
  );
  const url = `http://127.0.0.1:${await within(10_000, port, "Starting the model server")}/v1`;
  const fail = (code: number | null, signal: string | null) => {
    console.error(
      `The model server exited (${signal ?? code}), so nothing can be measured. Its output is above.`,
    );
    process.exit(1);
  };
  child.once("exit", fail);
  return { url, stop: () => void child.off("exit", fail).kill() };
}
