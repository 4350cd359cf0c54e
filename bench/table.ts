import { styleText } from "node:util";
import type { Figure } from "./measures/measures.ts";
import { quantile } from "./quantile.ts";

export interface Row extends Figure {
  /** By target name, one value per run; NaN where it could not be measured. */
  results: Record<string, number[]>;
}

const nameWidth = 42;
const valueWidth = 28;
const ratioWidth = 9;

export function heading(names: readonly string[]): string {
  const columns = names.map((name) => name.padStart(valueWidth)).join("");
  const ratio = names.length > 1 ? "ratio".padStart(ratioWidth) : "";
  return styleText(
    "bold",
    `${"median [least–most]".padEnd(nameWidth)}${columns}${ratio}${"aim".padStart(12)}`,
  );
}

/** The aim applies to the first target; the ratio is the value of the second divided by that of the first. */
export function tableLine({ name, unit, aim, results }: Row, names: readonly string[]): string {
  const [ours = Number.NaN, theirs = Number.NaN] = names.map((target) =>
    quantile(results[target] ?? [], 0.5),
  );
  const cells = names.map((target) => spread(results[target] ?? [], unit).padStart(valueWidth)).join("");
  const times = theirs / ours;
  const ratio =
    names.length > 1 ? (Number.isFinite(times) ? `×${number(times)}` : "").padStart(ratioWidth) : "";
  const isMet = ours <= aim;
  const goal = `${isMet ? "✓" : "✗"} ${number(aim)} ${unit}`.padStart(12);
  return `${name.padEnd(nameWidth)}${cells}${ratio}${styleText(isMet ? "green" : "yellow", goal)}`;
}

function spread(all: readonly number[], unit: string): string {
  const values = all.filter((value) => !Number.isNaN(value));
  if (values.length === 0) return "–";
  const range = values.length > 1 ? ` [${number(Math.min(...values))}–${number(Math.max(...values))}]` : "";
  return `${number(quantile(values, 0.5))} ${unit}${range}`;
}

function number(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return String(Number(value.toFixed(value >= 10 ? 1 : 2)));
}
