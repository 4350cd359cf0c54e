import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Schemas } from "../../../packages/shared/src/index.ts";
import { decide } from "../../support/conversation.ts";
import { randomFrom, startCutter } from "../../support/clients/cutter.ts";
import { atRest, expectSameAsStored, follow } from "../../support/clients/follower.ts";
import { startModelServer, type ModelServer } from "../../support/models/model-server.ts";
import { toolCallStream, type WireName } from "../../support/models/model-streams.ts";
import { createRepository } from "../../support/repository.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { answers, files, usage } from "../../support/sum-session.ts";
import { pendingAction } from "../../support/until.ts";
import { serveRepositories } from "../../lib/platform/git-server.ts";

const seed = Number(process.env["JOURNEY_SEED"] ?? Date.now() % 1_000_000);
const providers: { wire: WireName; type: Schemas["ProviderType"]; path: string }[] = [
  { wire: "openai-chat", type: "openai-compatible", path: "/v1" },
  { wire: "openai-responses", type: "openai", path: "/v1" },
  { wire: "anthropic-messages", type: "anthropic", path: "" },
  { wire: "google", type: "google", path: "/v1beta" },
];
let server: ServerProcess;
let model: ModelServer;
beforeAll(async () => {
  [server, model] = await Promise.all([startServerProcess(), startModelServer()]);
  const named = providers.map(({ type, path }): [string, Schemas["ProviderPatch"]] => [
    type,
    {
      type,
      baseUrl: model.url + path,
      apiKey: "provider-key-of-the-journey",
      models: { "test-model": { pricing: { input: 2, output: 10, cachedInput: 1 } } },
    },
  ]);
  const patched = await server.call("updateSettings", { body: { providers: Object.fromEntries(named) } });
  if (patched.status !== 200) throw new Error(patched.bytes.toString());
});
afterAll(async () => {
  await server.stop();
  await model.close();
});

test.each(providers)(
  "a coding session over $wire, with a line that breaks, loses and doubles nothing (JOURNEY_SEED=" +
    `${seed})`,
  async ({ wire, type }) => {
    const repository = createRepository(server.folder, files);
    const host = await serveRepositories(server.folder);
    const random = randomFrom(seed);
    let cutsLeft = 25;
    const next = () => (cutsLeft-- > 0 ? Math.floor(random() * 15_000) + 1 : Infinity);
    const line = await startCutter({ url: server.url, next });
    model.requests.length = 0;
    model.answer(
      ...answers.map((said) => ({
        events: toolCallStream(wire, { ...said, usage }),
        pieceBytes: 997,
        pauseMs: 1,
      })),
    );

    const created = await server.call("createSession", {
      body: {
        workspace: { repository: `${host}/${basename(repository.path)}/.git`, branch: "main" },
        model: `test-model@${type}`,
        message: { content: "The test fails. Mend it." },
      },
    });
    expect(created.status, created.bytes.toString()).toBe(201);
    const { id: sessionId, workspaceId } = created.body;
    const follower = follow(server, sessionId, { url: line.url });

    const edit = await nextDecision(sessionId, "editFile");
    expect(edit.preview).toContain("+  return a + b;");
    expect(await contentOf(workspaceId)).toBe(files["sum.js"]);
    await approve(edit);
    const command = await nextDecision(sessionId, "bash");
    expect(command.input).toEqual({ command: "node --test" });
    await approve(command);
    await atRest(server, follower, sessionId);

    expect(line.cuts, "the line broke").toBeGreaterThan(5);
    const task = (await server.call("listTasks", { query: { sessionId } })).body.items[0];
    expect(task).toMatchObject({ state: "completed", steps: 4, error: null });
    await expectSameAsStored(server, follower);
    expect(follower.gaps).toBe(0);
    const spoken = follower.state.messages.filter(({ role }) => role === "assistant");
    expect(spoken.map(({ id }) => follower.said(id))).toEqual(answers.map(({ text }) => text));

    expect(await contentOf(workspaceId)).toBe(files["sum.js"].replace("a - b", "a + b"));
    expect(readFileSync(join(server.dataDir, "workspaces", workspaceId, "sum.js"), "utf8")).toContain(
      "a + b",
    );
    const { patch } = (await server.call("getWorkspaceDiff", { params: { workspaceId } })).body;
    expect(patch).toContain("-  return a - b;\n+  return a + b;");
    const called = Object.values(follower.state.toolCalls).map(({ toolName, state }) => [toolName, state]);
    expect(called).toEqual(answers.flatMap(({ calls = [] }) => calls.map(({ name }) => [name, "done"])));
    expect(follower.state.session?.usage).toEqual({
      inputTokens: 4000,
      outputTokens: 200,
      cachedInputTokens: 400,
      costUsd: expect.closeTo((4 * (900 * 2 + 100 * 1 + 50 * 10)) / 1e6, 9),
    });
    expectHeardByModel(wire);
    await follower.stop();
    await line.close();
  },
);

/** Each request goes to its wire with the results of all calls before it; the approved command ran once. */
function expectHeardByModel(wire: WireName): void {
  const asked = model.requests.filter(({ method }) => method === "POST");
  expect(asked.map((request) => request.wire)).toEqual(answers.map(() => wire));
  const bodies = asked.map(({ body }) => JSON.stringify(body));
  expect(bodies[0]).toContain("The test fails. Mend it.");
  expect(bodies[1]).toContain("return a - b;");
  expect(bodies[3]).toMatch(/pass 1/);
}

async function nextDecision(sessionId: string, toolName: string): Promise<Schemas["Action"]> {
  const action = await pendingAction(server, sessionId);
  expect(action.toolName).toBe(toolName);
  return action;
}

/** Once; the second time is refused. */
async function approve({ id: actionId, sessionId }: Schemas["Action"]): Promise<void> {
  const first = await decide(server, sessionId, { type: "approve", actionId });
  expect(first.status).toBe(200);
  const second = await decide(server, sessionId, { type: "approve", actionId });
  expect(second.problem.code).toBe("action-decided");
}

async function contentOf(workspaceId: string): Promise<string> {
  const answer = await server.call("getWorkspaceContent", {
    params: { workspaceId },
    query: { path: "sum.js" },
  });
  return answer.bytes.toString();
}
