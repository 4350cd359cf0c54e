import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRepository } from "../support/repository.ts";
import { asks, calls, script, scriptModel, type Step } from "../support/models/script.ts";
import type { TestServer } from "../support/server/server.ts";
import { pendingActions, taskEnded, until } from "../support/until.ts";

/** Of each kind of thing; enough that deletions do not use them up. */
const copies = 12;

/**
 * Gives a fresh server a past: sessions that rest and sessions that wait, files, workspaces, agents. Resolves to what
 * exists, as dictionaries in the configuration of schemathesis, and writes `waiting.json` beside the data: the session of
 * each action that waits.
 */
export async function furnish(server: TestServer): Promise<string> {
  const { branch, path: repository } = createRepository(server.folder, {
    "README.md": "# Sample\n",
    "src/sum.js": "export const sum = (a, b) => a + b;\n",
  });
  const clone = (await server.call("createWorkspace", { body: { repository, branch } })).body.id;
  await until("the clone is ready", async () => {
    const { body } = await server.call("getWorkspace", { params: { workspaceId: clone } });
    return body.state === "ready";
  });
  const things = await Promise.all(Array.from({ length: copies }, () => addThings(server, clone)));
  const all = (pick: (made: (typeof things)[number]) => string[]) => things.flatMap(pick);
  const waiting = Object.fromEntries(things.flatMap(({ waiting: pairs }) => pairs));
  writeFileSync(join(server.folder, "waiting.json"), JSON.stringify(waiting));
  const dictionaries: Record<string, string[]> = {
    sessions: all(({ sessions }) => sessions),
    tasks: all(({ tasks }) => tasks),
    actions: Object.keys(waiting),
    files: all(({ file }) => [file]),
    agents: all(({ agent }) => [agent]),
    workspaces: [clone, clone, ...all(({ workspace }) => [workspace])],
    events: all(({ event }) => [event]),
    tools: (await server.call("listTools")).body.items.map(({ name }) => name),
    models: ["echo@scripted", "demo@scripted", scriptModel],
    paths: ["README.md", "src", "src/sum.js", "missing", "..", "src/../..", ".git", ".git/config"],
    ranges: ["bytes=0-3", "bytes=2-", "bytes=-2", "bytes=99-", "bytes=0-1,3-4", "bytes=3-1"],
  };
  const tables = Object.entries(dictionaries).map(
    ([name, values]) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(values)}\n`,
  );
  return tables.join("\n");
}

/** One of each: a session at rest, one that waits for an approval, one that waits for an answer. */
async function addThings(server: TestServer, workspaceId: string) {
  const resting = await start(server, [calls("readFile", { file_path: "README.md" })], workspaceId);
  await taskEnded(server, resting.task);
  const asking = await start(
    server,
    [calls("writeFile", { file_path: "new.txt", content: "new\n" })],
    workspaceId,
  );
  const questioning = await start(server, [asks()], workspaceId);
  const pending = [
    ...(await pendingActions(server, asking.session)),
    ...(await pendingActions(server, questioning.session)),
  ];
  const empty = (await server.call("createSession", { body: {} })).body;
  const file = await server.call("uploadFile", { query: { filename: "note.txt" }, body: "A short note." });
  const agent = await server.call("createAgent", { body: { name: "Tester", systemPrompt: "Test." } });
  return {
    sessions: [resting, asking, questioning].map(({ session }) => session).concat(empty.id),
    tasks: [resting, asking, questioning].map(({ task }) => task),
    waiting: pending.map(({ id, sessionId }) => [id, sessionId] as const),
    file: file.body.id,
    agent: agent.body.id,
    workspace: empty.workspaceId,
    event: empty.lastEventId,
  };
}

async function start(server: TestServer, steps: Step[], workspaceId: string) {
  const message = { content: script(...steps) };
  const { body } = await server.call("createSession", { body: { model: scriptModel, workspaceId, message } });
  return { session: body.id, task: body.activeTask?.id ?? "" };
}
