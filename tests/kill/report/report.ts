import { failpoints } from "../../../lib/ports/failpoint.ts";
import { fullRound } from "../plan/plan.ts";
import { missed, percentile, rateBelow, type Tally } from "./tally.ts";

export interface Facts {
  tally: Tally;
  seed: string;
  tookMs: number;
}

type Row = [name: string, value: string];

/** What there is to say about a run, a line each. */
export function rowsOf({ tally, seed, tookMs }: Facts): Row[] {
  const { kills, breaches, bootsMs, schedules, failed } = tally;
  const notHit = missed(tally);
  const hit = failpoints.length - notHit.length;
  const boot = [0.5, 0.99].map((share) => `${Math.round(percentile(bootsMs, share))} ms`);
  return [
    ["schedules", `${schedules}`],
    ["kills at failpoints", `${kills.atFailpoints}`],
    ["kills at random times", `${kills.atRandom}`],
    ["of these, in a run that recovers", `${kills.inRecovery}`],
    ["clean stops in the middle", `${tally.stops}`],
    ["acknowledged operations", `${tally.acknowledged}`],
    ["lost", `${breaches.lost}`],
    ["done twice", `${breaches.duplicated}`],
    ["gaps", `${breaches.gap}`],
    ["state differences", `${breaches.difference}`],
    ["orphan processes", `${breaches.orphan}`],
    ["tasks that did not end", `${breaches.unfinished}`],
    ["damaged databases", `${breaches.damaged}`],
    ["other faults", `${breaches.fault}`],
    ["boot p50, p99", `${boot.join(", ")} (${bootsMs.length} starts)`],
    [
      "failpoints hit",
      `${hit} of ${failpoints.length}${notHit.length > 0 ? `; not ${notHit.join(", ")}` : ""}`,
    ],
    ["seed", seed],
    ["duration", `${Math.round(tookMs / 1000)} s`],
    [
      "95% bound",
      `${failed} of ${schedules} schedules failed; the true rate is below ${(100 * rateBelow(tally)).toFixed(1)} %`,
    ],
  ];
}

export function asTable(facts: Facts): string {
  const rows = rowsOf(facts);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n");
}

export function asMarkdown(facts: Facts, { command, at }: { command: string; at: Date }): string {
  const rows = rowsOf(facts).map(([name, value]) => `| ${name} | ${value} |`);
  return `# The server under SIGKILL

Made by \`${command}\` on ${at.toISOString().slice(0, 10)}. Each schedule starts the real server in a fresh
folder, lets clients work and follow, and kills it at a failpoint, at a random time, during a recovery or during a stop.
Then it starts the server again and compares everything that was acknowledged with what is there. ${fullRound} schedules together
aim at every failpoint once.

| what | |
| --- | --- |
${rows.join("\n")}
`;
}

/** A round that should have met every failpoint and did not has proved less than it says. */
export function isIncomplete(tally: Tally): boolean {
  return tally.schedules >= failpoints.length && missed(tally).length > 0;
}
