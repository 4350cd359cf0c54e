import type { Context } from "../command.ts";
import { defineCommand } from "../command.ts";
import type { Client } from "../server/connect.ts";
import { Failure, UsageError } from "../failures.ts";
import { findSession, recentSessions } from "../server/find.ts";
import type { Task } from "../frame.ts";
import { isWholeId, pick, shortId } from "../ids.ts";
import { plainLine } from "../render/text/sanitise.ts";

export const cancelCommand = defineCommand({
  summary: "cancel a running task (without ID: the only one)",
  usage: "cancel [SESSION | TASK]",
  options: [],
  accepts: {},
  wordsMax: 1,
  run: async (context, { words: [given] }) => {
    const client = context.connect();
    return report(
      context,
      given?.startsWith("tsk_") ? await cancelTask(client, given) : await cancelIn(client, given),
    );
  },
});

async function cancelTask(client: Client, given: string): Promise<Task> {
  const taskId = isWholeId(given, "tsk") ? given : await findTask(client, given);
  return client.updateTask({ params: { taskId }, body: { state: "cancelled" } });
}

async function findTask(client: Client, given: string): Promise<string> {
  const { items } = await client.listTasks({ query: { limit: 200 } });
  return pick(
    "task",
    given,
    items.map(({ id, state }) => ({ id, label: state })),
  );
}

async function cancelIn(client: Client, given: string | undefined): Promise<Task> {
  const sessionId = given === undefined ? await onlyActive(client) : await findSession(client, given);
  const { task } = await client.createAction({ params: { sessionId }, body: { type: "cancel" } });
  return task;
}

async function onlyActive(client: Client): Promise<string> {
  const active = (await recentSessions(client)).filter(({ status }) => status !== "idle");
  const [first, second] = active;
  if (first === undefined) throw new Failure("No task is running.");
  if (second === undefined) return first.id;
  const lines = active.map(({ id, title }) => `  ${shortId(id)}  ${plainLine(title)}`);
  throw new UsageError([`${active.length} sessions have a running task; name one:`, ...lines].join("\n"));
}

function report({ terminal, json }: Context, task: Task): number {
  const { style, out } = terminal;
  out(json ? `${JSON.stringify(task)}\n` : `${style.waiting("■")} cancelled  ${style.quiet(task.id)}\n`);
  return 0;
}
