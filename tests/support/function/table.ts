import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

/** After all tests behind a function: how many requests of each operation it answered, and how many it refused. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-tally-"));
  project.provide("tally", folder);
  return () => {
    const lines = readdirSync(folder).flatMap((name) =>
      readFileSync(join(folder, name), "utf8").trim().split("\n"),
    );
    rmSync(folder, { recursive: true });
    if (lines.length > 0) console.log(`\n${tableOf(lines)}`);
  };
}

function tableOf(lines: readonly string[]): string {
  const counts = new Map<string, { answered: number; refused: number }>();
  for (const line of lines) {
    const [operationId = "", verdict = ""] = line.split(" ");
    const row = counts.get(operationId) ?? { answered: 0, refused: 0 };
    counts.set(operationId, { ...row, [verdict]: row[verdict as "answered"] + 1 });
  }
  const rows = [...counts].toSorted().map(([name, { answered, refused }]) => row(name, answered, refused));
  const all = lines.filter((line) => line.endsWith("answered")).length;
  return [row("behind a function", "answered", "sent on"), ...rows, row("all", all, lines.length - all)].join(
    "\n",
  );
}

function row(name: string, ...cells: (string | number)[]): string {
  return [name.padEnd(24), ...cells.map((cell) => String(cell).padStart(9))].join("");
}
