import type { DatabaseFacts, Drill } from "../../lib/operating/drill.ts";

const sourceWords = { replica: "the replica", copy: "the newest hourly copy" } as const;

/** The result of a drill as a table for a person. */
export function drillTable(
  drill: Drill,
  { restored, live }: { restored: DatabaseFacts | undefined; live: DatabaseFacts | undefined },
): string {
  const inSeconds = (value: number | null) => (value === null ? "–" : `${value.toFixed(1)} s`);
  const facts = (name: string, of: (facts: DatabaseFacts) => number) =>
    row(name, restored ? of(restored) : "–", live ? of(live) : "–");
  return [
    `Restore drill of ${drill.at}, from ${drill.source === null ? "nothing" : sourceWords[drill.source]}`,
    "",
    row("", "restored", "live"),
    facts("sessions", (found) => found.sessions),
    facts("events", (found) => found.events),
    facts("sessions without their log", (found) => found.sessionsWithoutTheirLog.length),
    facts("sessions without their agent", (found) => found.sessionsWithoutAgent),
    facts("files without bytes on this disk", (found) => found.filesWithoutBytes.length),
    "",
    row("recovery point", inSeconds(drill.recoveryPointSeconds)),
    row("time to restore", inSeconds(drill.restoreSeconds)),
    row("last good drill", drill.lastGoodAt ?? "never"),
    "",
    ...(drill.breaches.length === 0
      ? ["The drill passed."]
      : drill.breaches.map((breach) => `BREACH  ${breach}`)),
  ].join("\n");
}

function row(name: string, ...values: (string | number)[]): string {
  return `  ${name.padEnd(34)}${values.map((value) => String(value).padStart(12)).join("")}`.trimEnd();
}
