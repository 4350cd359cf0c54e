import { afterAll, expect, test } from "vitest";
import { Breach, type Invariant } from "./audit/breach.ts";
import { play, type Report } from "./play.ts";
import type { Sabotage } from "./stage.ts";
import { openFolders } from "./world/template.ts";

const folders = openFolders();
afterAll(folders.close);

/** A world takes some 100 ms of a quiet machine. */
const timeout = 120_000;

const words = ({ seed, breach }: Report) =>
  breach && `seed ${seed}: ${String(breach.error)}\n${breach.lastLines.join("\n")}`;

test("twenty worlds keep every promise", { timeout }, async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const played = await play({ seed, folders });
    expect(words(played), "npm run test:simulate -- --seed N --trace").toBeUndefined();
    expect(played.steps).toBeGreaterThan(180);
  }
});

test(
  "a seed gives the same run each time, line for line, and another seed another one",
  { timeout },
  async () => {
    const run = async (seed: number) => {
      const lines: string[] = [];
      const { digest } = await play({ seed, folders, print: (line) => lines.push(line) });
      return { lines, digest };
    };
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    expect(again).toEqual(first);
    expect(first.lines.length).toBeGreaterThan(500);
    expect(other.digest).not.toBe(first.digest);
  },
);

const sabotages: [Invariant, Sabotage][] = [
  ["the folded log equals the stored state", { dropsEvent: true }],
  ["no unsafe tool starts twice for one intent", { runsTwice: true }],
  ["a reader hears each event once and in order", { skipsInFeed: true }],
  ["acknowledged messages exist exactly once", { losesMessage: true }],
  ["each tool call has one result before the next request", { losesResults: true }],
  ["costs are the sum of their steps", { countsTwice: true }],
  ["a finished task never changes", { reopens: true }],
  ["an event never changes", { rewritesEvent: true }],
  ["the log has no gap", { losesEvent: true }],
  ["an approval is used once and only when it holds", { forgetsDecisions: true }],
  ["a host is reached only when a person has granted it", { opensNetwork: true }],
  ["a repeated request gets the first answer", { forgetsAnswers: true }],
  ["every task ends once faults stop", { sleepsIn: true }],
];

test.each(sabotages)("what breaks “%s” is found and named", { timeout }, async (invariant, sabotage) => {
  const found = new Set<string>();
  for (let seed = 1; seed <= 8 && !found.has(invariant); seed++) {
    const { breach } = await play({ seed, folders, sabotage });
    if (breach) found.add(breach.error instanceof Breach ? breach.error.invariant : String(breach.error));
  }
  expect([...found]).toContain(invariant);
});
