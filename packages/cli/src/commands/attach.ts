import { createBacklog } from "../watch/backlog.ts";
import { defineCommand } from "../command.ts";
import { findSession } from "../server/find.ts";
import { shortId } from "../ids.ts";
import { present } from "../watch/present.ts";
import { plainLine } from "../render/text/sanitise.ts";
import type { Style } from "../render/style.ts";
import type { Session } from "../frame.ts";

/** Lines of history shown before live output. */
const historyLines = 200;

export const attachCommand = defineCommand({
  summary: "watch a session, send messages, decide (without ID: the newest)",
  usage: "attach [SESSION] [--all | --after CURSOR]",
  options: [
    ["--all", `show the whole history, not only its last ${historyLines} lines`],
    ["--after CURSOR", "show only what came after this event; `latest`: only what is new"],
  ],
  accepts: { all: { type: "boolean" }, after: { type: "string" } },
  wordsMax: 1,
  run: async (context, { values, words }) => {
    const { terminal, json } = context;
    const client = context.connect();
    const sessionId = await findSession(client, words[0]);
    const session = await client.getSession({ params: { sessionId } });
    if (!json) terminal.out(`${heading(session, terminal.style)}\n\n`);
    const backlog = createBacklog({
      write: terminal.out,
      linesMax: values.all ? Infinity : historyLines,
      note: (lines) =>
        terminal.style.quiet(`… ${lines} earlier lines; talkcody attach ${shortId(sessionId)} --all`),
    });
    await present({
      ...context,
      client,
      sessionId,
      after: values.after,
      write: backlog.write,
      onLive: backlog.release,
      onInterrupt: async () => ({ type: "left" }),
    });
    if (!json) terminal.err(`\n${terminal.style.quiet(leaving(sessionId))}\n`);
    return 0;
  },
});

function heading({ id, title, status, model }: Session, style: Style): string {
  const rest = [shortId(id), status, ...(model === null ? [] : [model])].join(" · ");
  return `${style.strong(plainLine(title))}  ${style.quiet(rest)}`;
}

function leaving(sessionId: string): string {
  return `You left; a running task continues. Come back: talkcody attach ${shortId(sessionId)}`;
}
