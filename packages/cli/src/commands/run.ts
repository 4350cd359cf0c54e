import { NetworkError } from "../../../shared/src/index.ts";
import type { Context } from "../command.ts";
import { defineCommand } from "../command.ts";
import type { Client } from "../server/connect.ts";
import { UsageError } from "../failures.ts";
import type { Task } from "../frame.ts";
import { shortId } from "../ids.ts";
import { readAll } from "../terminal/read-all.ts";
import type { RunValues } from "../server/start-task.ts";
import { settingsOf, startIn, startNew } from "../server/start-task.ts";
import { sessionOptionLines, sessionOptions, sessionRequest } from "../server/session-request.ts";
import { present } from "../watch/present.ts";
import type { Outcome } from "../watch/watch.ts";

export const runCommand = defineCommand({
  summary: "send the agent a message and watch until it is done",
  usage: 'run [--session ID | --repo URL] [options] "text"   (with - the text comes from standard input)',
  options: [
    ["-s, --session ID", "continue this session instead of starting a new one"],
    ...sessionOptionLines,
    ["-y, --yes", "run edits and commands for this message without asking (mode full)"],
    ["--mode M", "permission mode for this message: read-only, ask, sandboxed or full"],
    ["--plan", "let the agent plan first; it changes nothing before you approve"],
  ],
  accepts: {
    ...sessionOptions,
    session: { type: "string", short: "s" },
    yes: { type: "boolean", short: "y" },
    plan: { type: "boolean" },
    mode: { type: "string" },
  },
  wordsMax: 1000,
  run: async (context, { values, words }) => {
    const text = await textFrom(context, words);
    refuseContradictions(values);
    settingsOf(values);
    const request = sessionRequest(values);
    const client = context.connect();
    const started = await (values.session === undefined
      ? startNew(client, { ...request, message: { content: text, settings: settingsOf(values) } })
      : startIn(client, text, values));
    if (values.yes && !context.json) sayApproved(context);
    const outcome = await present({
      ...context,
      client,
      sessionId: started.sessionId,
      after: started.after,
      taskId: started.task.id,
      onInterrupt: createCanceller(context, client, started.task.id),
    });
    return exitCode(context, outcome, started.sessionId);
  },
});

async function textFrom({ terminal }: Context, words: string[]): Promise<string> {
  const isPiped = words.length === 1 && words[0] === "-";
  const text = isPiped ? await readAll(terminal.input) : words.join(" ");
  if (text.trim() === "")
    throw new UsageError('Say what the agent should do: talkcody run "fix the failing test"');
  return text;
}

function refuseContradictions({ session, repo, workspace, title, yes, mode }: RunValues): void {
  if (yes && mode !== undefined)
    throw new UsageError("--yes is the mode full; give --yes or --mode, not both.");
  const fresh = Object.entries({ repo, workspace, title }).find(([, value]) => value !== undefined);
  if (session !== undefined && fresh)
    throw new UsageError(`--${fresh[0]} is only for a new session; leave out --${fresh[0]} or --session.`);
}

function sayApproved({ terminal }: Context): void {
  terminal.out(
    `${terminal.style.waiting("!")} edits and commands for this message run without asking (--yes)\n\n`,
  );
}

/** A session whose repository could not be cloned cannot get it later. */
function nextAfter({ error }: Task, id: string): string {
  return error?.code === "clone-failed"
    ? 'try again: talkcody run --repo URL [--branch B] "…"'
    : `continue: talkcody run -s ${id} "…"`;
}

/** The first Ctrl-C cancels the task; the second leaves without waiting for its end. */
function createCanceller({ terminal, json }: Context, client: Client, taskId: string) {
  let isCancelling = false;
  return async (): Promise<Outcome | undefined> => {
    if (isCancelling) return { type: "left" };
    isCancelling = true;
    if (!json)
      terminal.err(`\n${terminal.style.quiet("cancelling … press Ctrl-C again to leave without waiting")}\n`);
    await client.updateTask({ params: { taskId }, body: { state: "cancelled" } }).catch((error: unknown) => {
      // A task that has ended refuses, and the stream shows its end.
      if (!json && error instanceof NetworkError)
        terminal.err(`${terminal.style.bad("✗")} ${notCancelled}\n`);
    });
    return undefined;
  };
}

const notCancelled = "not cancelled: the server does not answer. The task continues when the server is back.";

function exitCode({ terminal, json }: Context, outcome: Outcome, sessionId: string): number {
  const hint = (text: string) => {
    if (!json) terminal.err(`${terminal.style.quiet(text)}\n`);
  };
  const id = shortId(sessionId);
  switch (outcome.type) {
    case "ended":
      hint(`  session ${id} · ${nextAfter(outcome.task, id)}`);
      return { completed: 0, failed: 1, cancelled: 3 }[
        outcome.task.state as "completed" | "failed" | "cancelled"
      ];
    case "waiting":
      hint(`The task waits for a decision. Decide and watch: talkcody attach ${id}`);
      return 4;
    case "left":
      hint(`You left. Come back: talkcody attach ${id}`);
      return 130;
  }
}
