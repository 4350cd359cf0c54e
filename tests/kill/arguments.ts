import { parseArgs } from "node:util";

export interface Options {
  schedules: number;
  seed: string;
  /** Play this one only, and keep its folder. */
  only: number | undefined;
  /** A file for the report, as Markdown. */
  report: string | undefined;
  sideBySide: number;
}

export const usage = `npm run test:kill -- [--schedules N] [--seed S] [--report FILE]
npm run test:kill -- --seed S --only K     plays schedule K of that seed, tells all, and keeps its folder`;

/** Throws with a sentence where the arguments make no sense. */
export function readArguments(given: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...given],
    options: {
      schedules: { type: "string", default: "60" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      only: { type: "string" },
      report: { type: "string" },
      "side-by-side": { type: "string", default: "3" },
    },
  });
  return {
    schedules: count("schedules", values.schedules),
    seed: values.seed,
    only: values.only === undefined ? undefined : count("only", values.only),
    report: values.report,
    sideBySide: count("side-by-side", values["side-by-side"]),
  };
}

function count(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text))
    throw new Error(`--${name} should be a number; it is ${JSON.stringify(text)}.\n${usage}`);
  return Number(text);
}
