import { defineCommand } from "../command.ts";
import { UsageError } from "../failures.ts";
import { pendingActions, recentSessions } from "../server/find.ts";
import type { Session } from "../frame.ts";
import { shortId } from "../ids.ts";
import { alarmLines } from "../render/alarms.ts";
import { age, cost, plural } from "../render/text/amounts.ts";
import { plainLine } from "../render/text/sanitise.ts";
import type { Style } from "../render/style.ts";
import { table } from "../render/table.ts";

export const lsCommand = defineCommand({
  summary: "list sessions, newest first",
  usage: "ls [--limit N]",
  options: [["-n, --limit N", "how many (default: 20)"]],
  accepts: { limit: { type: "string", short: "n", default: "20" } },
  wordsMax: 0,
  run: async ({ terminal, connect, json }, { values }) => {
    const most = Number(values.limit);
    if (!Number.isInteger(most) || most < 1)
      throw new UsageError("--limit must be a whole number, 1 or more.");
    const client = connect();
    const [sessions, actions, server] = await Promise.all([
      recentSessions(client, most),
      pendingActions(client),
      client.getServer({}),
    ]);
    if (json) {
      for (const session of sessions) terminal.out(`${JSON.stringify(session)}\n`);
      return 0;
    }
    const waiting = new Set(actions.map(({ sessionId }) => sessionId));
    const { style } = terminal;
    const lines = sessionTable(sessions, { style, width: terminal.columns(), now: Date.now(), waiting });
    for (const line of lines) terminal.out(`${line}\n`);
    if (waiting.size > 0)
      terminal.out(
        `\n${style.waiting("!")} ${plural(actions.length, "action")} to decide: talkcody attach, or talkcody approve\n`,
      );
    const alarms = alarmLines(server.alarms, { style, now: Date.now() });
    if (alarms.length > 0) terminal.out(`\n${alarms.join("\n")}\n`);
    return 0;
  },
});

/** A table of sessions. A `!` marks those that wait for a decision. */
export function sessionTable(
  sessions: readonly Session[],
  how: { style: Style; width: number; now: number; waiting: ReadonlySet<string> },
): string[] {
  if (sessions.length === 0) return [how.style.quiet('No sessions yet. Start one: talkcody run "…"')];
  const rows = sessions.map((session) => [
    `${how.waiting.has(session.id) ? "!" : " "} ${shortId(session.id)}`,
    plainLine(session.title),
    session.status,
    session.model ?? "default",
    age(session.updatedAt, how.now),
    cost(session.usage.costUsd),
  ]);
  const { style } = how;
  const byStatus = { idle: style.quiet, running: style.accent, waiting: style.waiting };
  return table(
    [
      { title: "  ID", paint: (cell) => (cell.startsWith("!") ? style.waiting(cell) : cell) },
      { title: "TITLE", shrinks: true, paint: style.strong },
      { title: "STATUS", paint: (cell, row) => byStatus[sessions[row]?.status ?? "idle"](cell) },
      { title: "MODEL", shrinks: true, paint: style.quiet },
      { title: "AGE", align: "right" },
      { title: "COST", align: "right" },
    ],
    rows,
    how,
  );
}
