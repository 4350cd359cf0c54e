import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../../shared/src/index.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DemoServer } from "../../../scripts/demo/server.ts";
import { startServer } from "../../../scripts/demo/server.ts";
import type { Frame } from "../src/frame.ts";
import { createDecider } from "../src/watch/decide.ts";
import { shortId } from "../src/ids.ts";
import { createInbox } from "../src/watch/inbox.ts";
import type { Keyboard } from "../src/terminal/keyboard.ts";
import { createInteractiveWatcher } from "../src/watch/interactive.ts";
import { createFrameRenderer } from "../src/render/frames.ts";
import type { WatchEvent } from "../src/watch/watch.ts";
import { watch } from "../src/watch/watch.ts";
import { until } from "../../../tests/support/until.ts";
import { createDesk } from "./desk.ts";

const bin = join(import.meta.dirname, "../bin/talkcody.mjs");
const folder = mkdtempSync(join(tmpdir(), "cli-end-to-end-"));
let server: DemoServer;

beforeAll(async () => {
  server = await startServer(join(folder, "data"));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  code: number | null;
  out: string;
  err: string;
}

interface Talk {
  args: string[];
  environment?: Record<string, string>;
  /** Called when the output has grown. */
  onOut?: (out: string, interrupt: () => void) => void;
}

function talkcody({ args, environment = {}, onOut }: Talk): Promise<Run> {
  const { TALKCODY_URL: _url, TALKCODY_API_KEY: _key, ...rest } = process.env;
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...rest, FORCE_COLOR: "0", TALKCODY_DATA_DIR: join(folder, "data"), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  let isInterrupted = false;
  const interrupt = () => {
    if (!isInterrupted) child.kill("SIGINT");
    isInterrupted = true;
  };
  child.stdout.on("data", (piece: Buffer) => {
    out += piece.toString();
    onOut?.(out, interrupt);
  });
  child.stderr.on("data", (piece: Buffer) => (err += piece.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

const script = (...steps: object[]) => `Play this.\n\`\`\`json\n${JSON.stringify({ steps })}\n\`\`\``;
const run = (...args: string[]) => talkcody({ args: ["run", "--model", "script@scripted", ...args] });
const command = (line: string) => ({ toolCalls: [{ toolName: "bash", input: { command: line } }] });
const client = () => createClient(server);

async function newestSession() {
  const { items } = await client().listSessions({ query: { limit: 1 } });
  const [session] = items;
  if (session === undefined) throw new Error("There is no session.");
  return session;
}

async function idle(sessionId: string): Promise<void> {
  const status = async () => (await client().getSession({ params: { sessionId } })).status;
  await until("the session is at rest", async () => (await status()) === "idle");
}

test("run streams an answer and ends with 0; with --yes commands are not asked for", async () => {
  const { code, out } = await run(
    "--yes",
    script({ text: "Looking.", ...command("echo from-the-shell") }, { text: "All fine." }),
  );
  expect(out).toContain("run without asking (--yes)");
  expect(out).toMatch(/● bash {2}echo from-the-shell\n {4}from-the-shell\n {2}✓/);
  expect(out).toMatch(/All fine\.\n\n✓ done · 2 steps/);
  expect(out).not.toContain("\u001b");
  expect(code).toBe(0);
});

test("--yes and --mode hold for their message only", async () => {
  const steps = script(command("echo said"), { text: "End." });
  for (const flag of [["--yes"], ["--mode", "full"]]) {
    expect((await run(...flag, steps)).code).toBe(0);
    const session = await newestSession();
    expect(session.settings).toEqual({ model: "script@scripted" });
    const next = await run("--session", session.id, steps);
    expect(next.code).toBe(4);
    await talkcody({ args: ["cancel", session.id] });
    expect((await run("--session", session.id, ...flag, steps)).code).toBe(0);
  }
  const refused = await run("--mode", "read-only", steps);
  expect(refused.code).toBe(0);
  expect(refused.out).toContain("read-only");
});

test("mode shows and changes the permission mode, of a session and of all", async () => {
  const { id } = await client().createSession({ body: { model: "script@scripted" } });
  const mode = async (...args: string[]) => (await talkcody({ args: ["mode", ...args] })).out;
  expect(await mode()).toBe(`session ${shortId(id)}: ask (default)\n`);
  expect(await mode("--global", "read-only")).toBe("all sessions: read-only\n");
  expect(await mode("--session", id)).toBe(`session ${shortId(id)}: read-only (default)\n`);
  expect(await mode("sandboxed", "--session", id)).toBe(`session ${shortId(id)}: sandboxed\n`);
  expect(JSON.parse(await mode("--json"))).toEqual({ sessionId: id, mode: "sandboxed", isOwn: true });
  expect(await mode("default")).toBe(`session ${shortId(id)}: read-only (default)\n`);
  expect(await mode("default", "--global")).toBe("all sessions: ask (default)\n");
  expect((await client().getSettings()).settings).toEqual({});
});

test("run without a person ends with 4 where it is asked, and approve by short id lets it go on", async () => {
  const waiting = await run(script(command("echo asked"), { text: "Went on." }));
  expect(waiting.code).toBe(4);
  const id = /talkcody approve (\w+)/.exec(waiting.out)?.[1] ?? "";
  const session = await newestSession();
  const list = await talkcody({ args: ["ls"] });
  expect(list.out).toContain(`! ${shortId(session.id)}`);
  const approved = await talkcody({ args: ["approve", id] });
  expect(approved.out).toContain("│ echo asked");
  expect(approved.out).toContain("╰ ✓ approved");
  expect(approved.code).toBe(0);
  await idle(session.id);
  const again = await talkcody({ args: ["approve", id] });
  expect(again).toMatchObject({ code: 1, err: "✗ No action is pending.\n" });
});

test("reject tells the agent why", async () => {
  await run(script(command("rm -rf build"), { text: "As you say." }));
  const session = await newestSession();
  const { out } = await talkcody({ args: ["reject", "--reason", "keep it"] });
  expect(out).toContain("✗ rejected: keep it");
  await idle(session.id);
  const { items } = await client().listMessages({ params: { sessionId: session.id } });
  expect(JSON.stringify(items)).toContain("keep it");
});

test("answer takes the number of an option", async () => {
  const options = ["SQLite", "Postgres"].map((label) => ({ label, description: "" }));
  const questions = [{ id: "db", question: "Which?", header: "Database", options }];
  const ask = { toolCalls: [{ toolName: "askUserQuestions", input: { questions } }] };
  const asked = await run(script(ask, { text: "Thanks." }));
  expect(asked.out).toContain("│   2 Postgres");
  const id = /talkcody answer (\w+)/.exec(asked.out)?.[1] ?? "";
  const { out } = await talkcody({ args: ["answer", id, "2", "--json"] });
  expect(JSON.parse(out)).toMatchObject({ action: { state: "answered", result: { db: "Postgres" } } });
});

test("cancel stops what runs", async () => {
  const asked = await run(script(command("echo never")));
  expect(asked.code).toBe(4);
  const { out, code } = await talkcody({ args: ["cancel", "--json"] });
  expect(JSON.parse(out)).toMatchObject({ state: "cancelled" });
  expect(code).toBe(0);
  expect(await talkcody({ args: ["cancel"] })).toMatchObject({ code: 1, err: "✗ No task is running.\n" });
});

test("run ends with 1 when the task fails, and says why", async () => {
  const { code, out } = await run(script({ fail: { failure: "refused", message: "Not this one." } }));
  expect(out).toMatch(/✗ failed .*\n {2}.*Not this one\./);
  expect(code).toBe(1);
});

test("Ctrl-C cancels the task of run, which ends with 3", async () => {
  const { code, out } = await talkcody({
    args: ["run", "-m", "script@scripted", script({ text: "On it. ", tokens: 3000, tokensPerSecond: 50 })],
    onOut: (text, interrupt) => {
      if (text.includes("On it.")) interrupt();
    },
  });
  expect(out).toContain("■ cancelled");
  expect(code).toBe(3);
});

test("--json gives the frames as they are, one a line, and nothing else", async () => {
  const { code, out, err } = await run("--json", script({ text: "Plain." }));
  const frames = out
    .trimEnd()
    .split("\n")
    .map((line): Frame => JSON.parse(line));
  expect(frames[0]?.type).toBe("snapshot");
  expect(frames.find(({ type }) => type === "message.final")).toBeDefined();
  expect(frames.at(-1)).toMatchObject({ type: "task.updated", data: { task: { state: "completed" } } });
  expect([code, err]).toEqual([0, ""]);
});

test("attach shows what was, goes on live, and leaves on Ctrl-C without cancelling", async () => {
  await run("--title", "A walk", script(command("echo asked")));
  const session = await newestSession();
  const { code, out, err } = await talkcody({
    args: ["attach", shortId(session.id)],
    onOut: (text, interrupt) => text.includes("Run this command?") && interrupt(),
  });
  expect(out).toMatch(/^A walk {2}\w{6} · waiting/);
  expect(out).toContain("› Play this.");
  expect(err).toContain("You left; a running task continues.");
  expect(code).toBe(0);
  expect((await newestSession()).status).toBe("waiting");
  await talkcody({ args: ["cancel", session.id] });
});

test("run goes on in a session that is there", async () => {
  await run(script({ text: "First." }));
  const session = await newestSession();
  const { code, out } = await run("--session", shortId(session.id), script({ text: "Second." }));
  expect(out).toContain("Second.");
  expect(out).not.toContain("First.");
  expect(code).toBe(0);
});

test("new, ls and models speak JSON for scripts", async () => {
  const created = await talkcody({ args: ["new", "--title", "Empty", "--json"] });
  expect(JSON.parse(created.out)).toMatchObject({ title: "Empty", status: "idle" });
  const listed = await talkcody({ args: ["ls", "--limit", "1", "--json"] });
  expect(JSON.parse(listed.out)).toMatchObject({ title: "Empty" });
  const models = await talkcody({ args: ["models"] });
  expect(models.out).toContain("script@scripted");
});

test("what is wrong is one line that says what to do", async () => {
  const wrongKey = { TALKCODY_URL: server.baseUrl, TALKCODY_API_KEY: "wrong".repeat(8) };
  const unauthorized = await talkcody({ args: ["ls"], environment: wrongKey });
  expect(unauthorized.code).toBe(1);
  expect(unauthorized.err).toMatch(/^✗ .*TALKCODY_API_KEY.*\n$/);
  const gone = await talkcody({ args: ["ls"], environment: { TALKCODY_DATA_DIR: join(folder, "none") } });
  expect(gone).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^✗ No server is running on this .*\n$/),
  });
  const bad = await talkcody({ args: ["run", "--model", "nonsense", "hi"] });
  expect(bad.code).toBe(1);
  expect(bad.err).toMatch(/^✗ \/model: expected text like gpt-5-mini@openai, got "nonsense"\.\n$/);
  const repo = await talkcody({ args: ["run", "--repo", "nonsense", "hi"] });
  expect(repo.code).toBe(1);
  expect(repo.err).toMatch(/^✗ \/workspace\/repository: expected text like `https:\/\/host.*"nonsense"\.\n$/);
  const none = await talkcody({ args: ["run", "hi"] });
  expect(none).toMatchObject({ code: 1, out: "" });
  expect(none.err).toMatch(/^✗ No model is chosen\. .*talkcody models.*\n$/);
});

test("nobody at the address, or somebody else, is one line that says what to check", async () => {
  const stranger = createServer((_request, response) => void response.writeHead(404).end("<html>"));
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  const environment = { TALKCODY_URL: url, TALKCODY_API_KEY: "x".repeat(32) };
  const other = await talkcody({ args: ["ls"], environment });
  expect(other).toMatchObject({ code: 1, out: "" });
  expect(other.err).toMatch(/^✗ Something other than a TalkCody server answers there\. .*TALKCODY_URL.*\n$/);
  stranger.closeAllConnections();
  await new Promise((resolve) => stranger.close(resolve));
  const nobody = await talkcody({ args: ["ls"], environment });
  expect(nobody.err).toMatch(/^✗ The server does not answer\. .*npm start.*\n$/);
});

/** A person whose hands are a list: keys pressed when something is on the screen, lines typed when one is edited. Without lines left they think for ever. */
async function sitDown(steps: { when: RegExp; key: string }[], lines: string[], text: string) {
  const session = await client().createSession({
    body: { model: "script@scripted", message: { content: text } },
  });
  const inbox = createInbox<WatchEvent>();
  const { out, terminal } = createDesk();
  const keyboard: Keyboard = {
    line: async (_prompt, { signal } = {}) => {
      if (lines.length > 0) return lines.shift();
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      return undefined;
    },
    close: () => {},
  };
  const renderer = createFrameRenderer({
    write: terminal.out,
    style: terminal.style,
    columns: terminal.columns,
  });
  const onInterrupt = async () => ({ type: "left" as const });
  const options = {
    client: client(),
    terminal,
    sessionId: session.id,
    renderer,
    keyboard,
    inbox,
    onInterrupt,
  };
  const hands = setInterval(() => {
    const [next] = steps;
    if (next === undefined || !next.when.test(out())) return;
    steps.shift();
    setTimeout(() => inbox.put({ type: "key", key: { name: next.key, isText: true } }), 350);
  }, 20);
  const watcher = createInteractiveWatcher(options);
  const taskId = session.activeTask?.id;
  const outcome = await watch({ client: client(), sessionId: session.id, taskId, inbox, watcher });
  clearInterval(hands);
  const { items } = await client().listMessages({ params: { sessionId: session.id } });
  return { outcome, out: out(), said: JSON.stringify(items), session };
}

test("a person approves for the session with one key, and the same command is not asked again", async () => {
  const steps = [{ when: /Run this command/, key: "s" }];
  const play = script(command("echo once"), command("echo once"), { text: "Twice." });
  const { outcome, out } = await sitDown(steps, [], play);
  expect(outcome).toMatchObject({ type: "ended", task: { state: "completed" } });
  expect(out.match(/Run this command/g)).toHaveLength(1);
  expect(out).toContain("Twice.");
});

test("what a person has approved is not asked for again before the stream tells of it", async () => {
  const content = script(command("echo once"), { text: "Done." });
  const { id: sessionId } = await client().createSession({
    body: { model: "script@scripted", message: { content } },
  });
  const pending = async () => (await client().listSessionActions({ params: { sessionId } })).items;
  const actions = await until("it is asked", async () =>
    (await pending()).length > 0 ? pending() : undefined,
  );
  const { out, terminal } = createDesk();
  const { out: write, style, columns } = terminal;
  const decider = createDecider({
    client: client(),
    renderer: createFrameRenderer({ write, style, columns }),
    keyboard: { line: async () => undefined, close: () => {} },
    style,
    columns,
    isDecided: () => new Promise(() => {}),
  });
  expect(await decider.offer(actions)).toBe(true);
  await sleep(350); // A key pressed sooner is taken for a slip.
  await decider.key("s");
  expect(await decider.offer(actions)).toBe(false);
  expect(out().match(/Run this command/g)).toHaveLength(1);
});

test("a person rejects with a reason, and the agent reads it", async () => {
  const steps = [{ when: /Run this command/, key: "r" }];
  const { out, said } = await sitDown(
    steps,
    ["not today"],
    script(command("rm -rf build"), { text: "Well." }),
  );
  expect(out).toContain("✗ rejected: not today");
  expect(said).toContain("not today");
});

test("a question that is answered elsewhere takes the open line away, and the session goes on", async () => {
  const options = ["SQLite", "Postgres"].map((label) => ({ label, description: "" }));
  const questions = [{ id: "db", question: "Which?", header: "Database", options }];
  const ask = { toolCalls: [{ toolName: "askUserQuestions", input: { questions } }] };
  const here = sitDown([], [], script(ask, { text: "Thanks." }));
  const action = await until("it is asked", async () => (await client().listActions()).items[0]);
  await sleep(400); // The line is open by now; if not, it is taken away all the same.
  await talkcody({ args: ["answer", action.id, "2"] });
  const { outcome, out } = await here;
  expect(outcome).toMatchObject({ type: "ended", task: { state: "completed" } });
  expect(out).toMatch(/Which\?[\s\S]*✓ answered[\s\S]*Thanks\./);
  expect(out).not.toContain("✗");
});

test("any other key decides nothing", async () => {
  const steps = ["x", "y", "\r", "a"].map((key) => ({ when: /Run this command/, key }));
  const { out, outcome } = await sitDown(steps, [], script(command("echo careful"), { text: "Ok." }));
  expect(outcome).toMatchObject({ type: "ended" });
  expect(out.match(/✓ approved/g)).toHaveLength(1);
});

test("a person answers questions by number and approves the plan that follows", async () => {
  const options = ["SQLite", "Postgres"].map((label) => ({ label, description: "why" }));
  const ask = (id: string, multiSelect: boolean) => ({
    id,
    question: `${id}?`,
    header: id,
    options,
    multiSelect,
  });
  const questions = {
    toolName: "askUserQuestions",
    input: { questions: [ask("one", false), ask("many", true)] },
  };
  const plan = { toolName: "exitPlanMode", input: { plan: "# The plan\n1. Begin" } };
  const play = script({ toolCalls: [questions] }, { toolCalls: [plan] }, { text: "Begun." });
  const { out, said } = await sitDown([{ when: /presents a plan/, key: "a" }], ["2", "1,2"], play);
  expect(said).toContain('"one":"Postgres"');
  expect(said).toContain('"many":["SQLite","Postgres"]');
  expect(out).toContain("│ # The plan");
  expect(out).toContain("Begun.");
});

test("a message typed while the agent works reaches it, and stands there once", async () => {
  const play = script(
    { text: "Slowly. ", tokens: 60, tokensPerSecond: 40, ...command("echo x") },
    { text: "Heard." },
  );
  const steps = [
    { when: /Slowly/, key: "w" },
    { when: /Run this command/, key: "a" },
  ];
  const { out, said } = await sitDown(steps, ["wait, also this"], play);
  expect(said).toContain("wait, also this");
  expect(out).toContain("reads it after its current step");
  expect(out).not.toContain("› wait, also this");
});

test("network shows what commands reach, and changes it", async () => {
  await run("--yes", script({ text: "Here." }));
  const { id, workspaceId } = await newestSession();
  const network = (...args: string[]) => talkcody({ args: ["network", ...args] });
  expect((await network()).out).toBe(
    `none  ${workspaceId}\n  Commands reach no host. Each new one is asked about.\n`,
  );
  const granted = await network(id, "--allow", "B\u00fccher.example:8443", "--allow", "registries");
  expect(granted.out).toMatch(/^hosts .*\n.*\n {2}✓ registries\n {2}✓ xn--bcher-kva\.example:8443\n$/);
  const less = await network(workspaceId, "--remove", "registries", "--allow", "*.a.example", "--json");
  expect(JSON.parse(less.out)).toEqual({
    mode: "hosts",
    hosts: ["xn--bcher-kva.example:8443", "*.a.example"],
    presets: [],
  });
  expect((await network("--mode", "open")).out).toMatch(/^open /);
  expect(await network("--mode", "all")).toMatchObject({ code: 2 });
  expect(await network("--allow", "*.com")).toMatchObject({ code: 1, out: "" });
  expect((await network("--json")).out).toContain('"mode":"open"');
});
