import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { converse, decide, toolResult, type Conversation } from "../../../support/conversation.ts";
import { calls, says, type Step } from "../../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../../support/server/server-process.ts";
import { pendingAction, taskIn } from "../../../support/until.ts";
import { scratch } from "../../../support/workspaces.ts";

let server: ServerProcess;
beforeAll(async () => void (server = await startServerProcess()));
afterAll(() => server.stop());

const [before, after, foreign] = ["one\ntwo\n", "one\n2\n", "somebody else's\n"];
const edit = calls("editFile", { file_path: "a.txt", edits: [{ old_string: "two", new_string: "2" }] });
const write = calls("writeFile", { file_path: "a.txt", content: after });
const told: Record<string, string> = {
  [after]: "restart of the server cut the report",
  [before]: "a.txt",
  [foreign]: "Look before repeating",
};
const hash = (text: string) => createHash("sha256").update(text).digest("hex");

interface Case extends Conversation {
  file: string;
  /** The content of the file when the server starts again. */
  found: string;
}

async function asked(step: Step, found: string): Promise<Case> {
  const { workspaceId, folder } = await scratch(server);
  const file = join(folder, "a.txt");
  writeFileSync(file, before);
  const talk = await converse(server, [step, says("End.")], { workspaceId });
  await pendingAction(server, talk.sessionId);
  return { ...talk, file, found };
}

/** The state after a crash between the start of an approved edit and the record of its outcome. */
function crashInTheMiddle(cases: Case[]): void {
  const database = new Sqlite(join(server.dataDir, "chat_history.db"));
  const change = JSON.stringify({ before: hash(before), after: hash(after) });
  for (const { taskId, file, found } of cases) {
    database
      .prepare("UPDATE tool_calls SET state = 'started', change = ? WHERE task_id = ?")
      .run(change, taskId);
    database.prepare("UPDATE actions SET state = 'approved' WHERE task_id = ?").run(taskId);
    database.prepare("UPDATE tasks SET state = 'running' WHERE id = ?").run(taskId);
    writeFileSync(file, found);
  }
  database.close();
}

test("an edit that a crash cut is recorded when it was made, made when it was not, and else left to look at", async () => {
  const cases = [
    await asked(edit, after),
    await asked(write, after),
    await asked(edit, before),
    await asked(write, before),
    await asked(edit, foreign),
    await asked(write, foreign),
  ];
  await server.end("SIGKILL");
  crashInTheMiddle(cases);
  await server.start();
  for (const { sessionId, taskId, file, found } of cases) {
    await taskIn(server, taskId, "completed");
    const { isError, output } = await toolResult(server, sessionId);
    expect(isError).toBe(found === foreign);
    expect(readFileSync(file, "utf8")).toBe(found === foreign ? foreign : after);
    expect(output.message).toContain(told[found]);
  }
});

test("an edit says on record what it will make of what, before it is made", async () => {
  const { sessionId, taskId } = await asked(edit, after);
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "approve", actionId });
  await taskIn(server, taskId, "completed");
  const database = new Sqlite(join(server.dataDir, "chat_history.db"), { readonly: true });
  const row = database.prepare("SELECT change FROM tool_calls WHERE task_id = ?").get(taskId);
  database.close();
  expect(row).toEqual({ change: JSON.stringify({ before: hash(before), after: hash(after) }) });
});
