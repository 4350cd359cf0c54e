import { defineCommand } from "../command.ts";
import { shortId } from "../ids.ts";
import { plainLine } from "../render/text/sanitise.ts";
import { sessionOptionLines, sessionOptions, sessionRequest } from "../server/session-request.ts";

export const newCommand = defineCommand({
  summary: "start a session without a first message",
  usage: "new [--repo URL] [options]",
  options: sessionOptionLines,
  accepts: sessionOptions,
  wordsMax: 0,
  run: async ({ terminal, connect, json }, { values }) => {
    const body = sessionRequest(values);
    const session = await connect().createSession({ body });
    if (json) {
      terminal.out(`${JSON.stringify(session)}\n`);
      return 0;
    }
    const { style } = terminal;
    const id = shortId(session.id);
    terminal.out(`${style.good("✓")} ${plainLine(session.title)}  ${style.quiet(session.id)}\n`);
    terminal.out(`  ${style.quiet(`next: talkcody run --session ${id} "…"`)}\n`);
    return 0;
  },
});
