import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectProblem } from "../../../support/claims.ts";
import { converse, decide, say, type Conversation } from "../../../support/conversation.ts";
import { callsAll, says, type Step } from "../../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../../support/server/server-process.ts";
import { eventWhere, pendingAction, taskIn, until } from "../../../support/until.ts";

let server: ServerProcess;
beforeAll(async () => void (server = await startServerProcess()));
afterAll(() => server.stop());

const asking = callsAll(["listFiles", { directory_path: "." }], ["bash", { command: "true" }]);
const speaking: Step = { tokens: 120, tokensPerSecond: 100 };

/** A task that waits for a person, after a tool that has run. */
async function waiting(): Promise<Conversation> {
  const talk = await converse(server, [asking, says("End.")]);
  await pendingAction(server, talk.sessionId);
  return talk;
}

/** A task whose answer is being streamed. */
async function running(): Promise<Conversation> {
  const talk = await converse(server, [speaking]);
  await eventWhere(server, talk.sessionId, ({ type }) => type === "token");
  return talk;
}

/** Kills the server while all of them are at work: again, where one came to its end before. */
async function cutAtWork<T extends readonly Conversation[]>(make: () => Promise<T>): Promise<T> {
  for (;;) {
    const talks = await make();
    await server.end("SIGKILL");
    const database = new Sqlite(join(server.dataDir, "chat_history.db"));
    const state = database.prepare("SELECT state FROM tasks WHERE id = ?").pluck();
    const areAtWork = talks.every(({ taskId }) => ["running", "waiting"].includes(String(state.get(taskId))));
    database.close();
    if (areAtWork) return talks;
    await server.start();
  }
}

function damage(sql: string, id: string): void {
  const database = new Sqlite(join(server.dataDir, "chat_history.db"));
  expect(database.prepare(sql).run(id).changes, sql).toBeGreaterThan(0);
  database.close();
}

const kinds = [
  {
    what: "the message of the person",
    make: running,
    sql: "UPDATE messages SET content = '[{\"ty' WHERE session_id = ?",
  },
  {
    what: "a message of another shape",
    make: running,
    sql: "UPDATE messages SET content = 'null' WHERE session_id = ?",
  },
  {
    what: "the message with the calls",
    make: waiting,
    sql: "UPDATE messages SET content = '' WHERE role = 'assistant' AND session_id = ?",
  },
  {
    what: "the input of a call",
    make: waiting,
    sql: "UPDATE tool_calls SET input = '{' WHERE tool_name = 'bash' AND session_id = ?",
  },
  {
    what: "the output of a call",
    make: waiting,
    sql: "UPDATE tool_calls SET output = '7' WHERE output IS NOT NULL AND session_id = ?",
  },
  {
    what: "one of the calls, which is not there,",
    make: waiting,
    sql: "DELETE FROM tool_calls WHERE tool_name = 'bash' AND session_id = ?",
  },
  {
    what: "the settings of a running task",
    make: running,
    sql: "UPDATE tasks SET settings = '{\"a' WHERE session_id = ?",
  },
  {
    what: "the settings of a waiting task",
    make: waiting,
    sql: "UPDATE tasks SET settings = '[]' WHERE session_id = ?",
  },
  {
    what: "the settings of the session",
    make: running,
    sql: "UPDATE sessions SET settings = 'nonsense' WHERE id = ?",
  },
  {
    what: "the decision that is asked for",
    make: waiting,
    sql: "UPDATE actions SET input = '{]' WHERE session_id = ?",
  },
];

test.each(kinds)(
  "$what cannot be read: its task ends saying so, and no other session is touched",
  async ({ make, sql }) => {
    const [broken, speaks, waits] = await cutAtWork(
      async () => [await make(), await running(), await waiting()] as const,
    );
    damage(sql, broken.sessionId);
    const before = server.said().length;
    await server.start();
    const failed = await until("its task has ended", async () => {
      const { items } = (await server.call("listTasks", { query: { sessionId: broken.sessionId } })).body;
      return items.find(({ state }) => state === "failed");
    });
    expect(failed.error?.code).toBe("session-damaged");
    expectTold(broken);
    await expectClearProblems(broken);
    expect(times(server.said().slice(before), `Task ${broken.taskId} failed`)).toBe(1);

    await taskIn(server, speaks.taskId, "completed");
    const { id: actionId } = await pendingAction(server, waits.sessionId);
    await decide(server, waits.sessionId, { type: "approve", actionId });
    await taskIn(server, waits.taskId, "completed");
    await expectListed([broken, speaks, waits]);
    const params = { sessionId: broken.sessionId };
    expect((await server.call("deleteSession", { params })).status).toBe(204);
  },
);

test("what cannot even be told is left alone for this run and reported once; the others go on", async () => {
  const [broken, speaks] = await cutAtWork(async () => [await running(), await running()] as const);
  damage("UPDATE sessions SET last_sequence = 0 WHERE id = ?", broken.sessionId);
  const before = server.said().length;
  await server.start();
  await taskIn(server, speaks.taskId, "completed");
  const reports = () =>
    times(server.said().slice(before), `Task ${broken.taskId} can neither go on nor be ended`);
  await until("it is reported", () => reports() > 0);
  const next = await converse(server, [says("Another.")]);
  await taskIn(server, next.taskId, "completed");
  await new Promise((resolve) => setTimeout(resolve, 2500)); // Formerly it was retried each second.
  expect(reports()).toBe(1);
  await expectListed([broken, speaks, next]);
});

test("a call without its result is never sent to a model", async () => {
  const talk = await waiting();
  const { id: actionId } = await pendingAction(server, talk.sessionId);
  await decide(server, talk.sessionId, { type: "approve", actionId });
  await taskIn(server, talk.taskId, "completed");
  await server.end("SIGKILL");
  damage("DELETE FROM messages WHERE role = 'tool' AND session_id = ?", talk.sessionId);
  await server.start();
  const { task } = await say(server, talk.sessionId, [says("Never asked.")]);
  const failed = await taskIn(server, task.id, "failed");
  expect(failed.error).toMatchObject({
    code: "session-damaged",
    detail: expect.stringContaining("belong together"),
  });
  expect(failed.usage.inputTokens).toBe(0);
});

test("what is whole says nothing of damage", async () => {
  const talk = await running();
  await server.end("SIGKILL");
  const before = server.said().length;
  await server.start();
  await taskIn(server, talk.taskId, "completed");
  expect((await server.call("getSession", { params: { ...talk } })).status).toBe(200);
  expect(server.said().slice(before)).not.toContain("damaged");
});

/** The log says that the task failed, and why. It is read from the file, because some damaged sessions cannot be read over HTTP. */
function expectTold({ taskId }: Conversation): void {
  const told = (type: string) => {
    const database = new Sqlite(join(server.dataDir, "chat_history.db"), { readonly: true });
    const select = "SELECT payload FROM events WHERE task_id = ? AND type = ? ORDER BY sequence";
    const payloads = database.prepare(select).pluck().all(taskId, type) as string[];
    database.close();
    return payloads.map((payload) => JSON.parse(payload) as unknown);
  };
  expect(told("error")).toMatchObject([{ problem: { code: "session-damaged" } }]);
  expect(told("task.updated").at(-1)).toMatchObject({ task: { state: "failed" } });
}

/** Every request about the session gets a result or a problem; where the session can be read, it is idle. */
async function expectClearProblems({ sessionId, taskId }: Conversation): Promise<void> {
  const params = { sessionId };
  const answers = [
    await server.call("getSession", { params }),
    await server.call("listMessages", { params }),
    await server.call("listSessionActions", { params }),
    await server.call("getTask", { params: { taskId } }),
    await server.call("sendMessage", { params, body: { content: "Anybody there?" } }),
  ];
  for (const answer of answers) if (answer.status >= 300) expectProblem(answer, "session-damaged");
  await until("it rests", async () => {
    const { items } = (await server.call("listTasks", { query: { sessionId } })).body;
    return items.every(({ state }) => state === "failed" || state === "completed");
  });
}

async function expectListed(talks: Conversation[]): Promise<void> {
  const query = { limit: 200 };
  const sessions = (await server.call("listSessions", { query })).body.items.map(({ id }) => id);
  expect(sessions).toEqual(expect.arrayContaining(talks.map(({ sessionId }) => sessionId)));
  const tasks = (await server.call("listTasks", { query })).body.items.map(({ id }) => id);
  expect(tasks).toEqual(expect.arrayContaining(talks.map(({ taskId }) => taskId)));
  expect((await server.call("listActions", { query })).status).toBe(200);
}

function times(text: string, part: string): number {
  return text.split(part).length - 1;
}
