// npm run test:kill -- [--schedules N] [--seed S] [--report FILE] [--only K]
import { writeFileSync } from "node:fs";
import { type Options, readArguments } from "./arguments.ts";
import { judge, type Judged } from "./judge.ts";
import { fullRound, planSchedule } from "./plan/plan.ts";
import { asMarkdown, asTable, isIncomplete } from "./report/report.ts";
import { add, emptyTally, type Tally } from "./report/tally.ts";

const options = readArguments(process.argv.slice(2));
process.exitCode = await (options.only === undefined ? playAll(options) : playOne(options, options.only));

async function playAll({ schedules, seed, sideBySide, report }: Options): Promise<number> {
  const startedAt = performance.now();
  const tally = emptyTally();
  console.log(`${schedules} schedules, seed ${seed}; ${fullRound} of them aim at every failpoint once.`);
  let next = 0;
  const playOn = async () => {
    while (next < schedules) {
      const judged = await judge(planSchedule(seed, next++));
      add(tally, judged);
      if (judged.breaches.length > 0) tellOf(judged);
      tellProgress(tally, schedules);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, playOn));
  const facts = { tally, seed, tookMs: performance.now() - startedAt };
  const isShort = isIncomplete(tally);
  console.log(`\n${asTable(facts)}\n`);
  if (isShort) console.log("A full round should hit every failpoint; this one did not.");
  const command = `npm run test:kill -- --schedules ${schedules} --seed ${seed}`;
  if (report !== undefined) writeFileSync(report, asMarkdown(facts, { command, at: new Date() }));
  console.log(`${tally.schedules - tally.failed} passed, ${tally.failed + (isShort ? 1 : 0)} failed`);
  return tally.failed > 0 || isShort ? 1 : 0;
}

async function playOne({ seed }: Options, index: number): Promise<number> {
  const schedule = planSchedule(seed, index);
  console.log(JSON.stringify(schedule, null, 2));
  const judged = await judge(schedule, { isKept: true });
  for (const { life, end, isReached, bootMs } of judged.lives)
    console.log(
      `${JSON.stringify(life.ending)} → ${end}${isReached ? " at its failpoint" : ""}; up in ${Math.round(bootMs ?? -1)} ms`,
    );
  tellOf(judged);
  console.log(`\nThe servers said:\n${judged.said}\nFolder: ${judged.folder}`);
  console.log(judged.breaches.length === 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
  return judged.breaches.length === 0 ? 0 : 1;
}

function tellOf({ schedule: { seed, index, aims }, breaches, folder }: Judged): void {
  if (breaches.length === 0) return;
  console.log(
    `\n✗ schedule ${index}, aimed at ${aims.join(" and ")}: npm run test:kill -- --seed ${seed} --only ${index}`,
  );
  for (const { kind, what, expected, came } of breaches) {
    console.log(`  ${kind}: ${what}`);
    if (expected !== undefined) console.log(`    expected ${shown(expected)}`);
    if (came !== undefined) console.log(`    came     ${shown(came)}`);
  }
  console.log(`  kept in ${folder}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)}… (${text.length} characters)` : text;
}

/** On a terminal a line that changes; elsewhere one for every tenth of the way. */
function tellProgress({ schedules, failed, hits, acknowledged }: Tally, all: number): void {
  const line = `${schedules}/${all} schedules, ${failed} failed, ${hits.size} failpoints hit, ${acknowledged} operations acknowledged`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}\x1b[K`);
  else if (schedules % Math.ceil(all / 10) === 0) console.log(line);
}
