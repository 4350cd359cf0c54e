// npm run demo [-- --ask]: the whole system at work on a small real repository, in a fresh folder.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient, type Client } from "../packages/shared/src/index.ts";
import type { Frame, Session } from "../packages/cli/src/frame.ts";
import { present } from "../packages/cli/src/watch/present.ts";
import { diffLines } from "../packages/cli/src/render/diff.ts";
import { createFrameRenderer } from "../packages/cli/src/render/frames.ts";
import { openTerminal, type Terminal } from "../packages/cli/src/terminal/terminal.ts";
import { watch, type Outcome } from "../packages/cli/src/watch/watch.ts";
import { createApprovingWatcher, createTestRuns } from "./demo/watcher.ts";
import { makeRepository } from "./demo/repository.ts";
import { startServer } from "./demo/server.ts";

const message = "The test fails. Find out why and fix it.";

process.exitCode = await demo(openTerminal());

async function demo(terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ options: { ask: { type: "boolean" } } });
  const isAsking = values.ask === true && terminal.isInteractive;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "talkcody-demo-")));
  let isInterrupted = false;
  process.once("SIGINT", () => (isInterrupted = true)); // The server gets the signal too, so requests may fail.
  try {
    introduce(terminal, isAsking);
    makeRepository(join(folder, "sum"));
    showDone(terminal, "created a git repository with a failing test");
    return await withServer({ folder, isAsking, terminal });
  } catch (error) {
    if (isInterrupted) return 130;
    terminal.err(`${terminal.style.bad("✗")} ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Demo {
  folder: string;
  isAsking: boolean;
  terminal: Terminal;
}

async function withServer(options: Demo): Promise<number> {
  const server = await startServer(join(options.folder, "data"));
  try {
    showDone(options.terminal, `started the server with an empty data folder at ${server.baseUrl}`);
    return await runTask(createClient(server), options);
  } finally {
    await server.stop();
  }
}

async function runTask(client: Client, { folder, isAsking, terminal }: Demo): Promise<number> {
  const startedMs = performance.now();
  const session = await client.createSession({
    body: {
      workspace: { repository: `file://${join(folder, "sum")}` },
      model: "demo@scripted",
      message: { content: message },
    },
  });
  terminal.out("\n");
  const testRuns = createTestRuns();
  const outcome = await follow(client, session, { isAsking, terminal, onFrame: testRuns.add });
  if (outcome.type === "left") return 130;
  const { patch } = await client.getWorkspaceDiff({ params: { workspaceId: session.workspaceId } });
  showDiff(terminal, patch);
  const isGreen =
    outcome.type === "ended" &&
    outcome.task.state === "completed" &&
    testRuns.wentGreen() &&
    patch.includes("+  return a + b;");
  conclude(terminal, isGreen, performance.now() - startedMs);
  return isGreen ? 0 : 1;
}

interface Following {
  isAsking: boolean;
  terminal: Terminal;
  onFrame(frame: Frame): void;
}

/** With `--ask` the person decides, as in `talkcody run`. Otherwise the demo approves everything. */
function follow(
  client: Client,
  session: Session,
  { isAsking, terminal, onFrame }: Following,
): Promise<Outcome> {
  const taskId = session.activeTask?.id;
  const target = { client, sessionId: session.id, taskId };
  const onInterrupt = async (): Promise<Outcome> => ({ type: "left" });
  if (isAsking) return present({ ...target, terminal, json: false, onFrame, onInterrupt });
  const renderer = createFrameRenderer({ ...terminal, write: terminal.out });
  return watch({ ...target, watcher: createApprovingWatcher(client, { renderer, terminal, onFrame }) });
}

function introduce(terminal: Terminal, isAsking: boolean): void {
  const { style } = terminal;
  print(terminal, [
    style.strong("TalkCody demo"),
    "Real: the server, git, the clone, the commands, the edit, the approvals and the stream you see.",
    "Scripted: only the choices of the model, so that it needs no key and no network.",
    style.quiet(
      isAsking
        ? "You decide: press a, s or r at each question."
        : "The demo approves for you; with `npm run demo -- --ask` you decide.",
    ),
    "",
  ]);
}

function showDone(terminal: Terminal, text: string): void {
  print(terminal, [`${terminal.style.good("✓")} ${text}`]);
}

function showDiff(terminal: Terminal, patch: string): void {
  const { style } = terminal;
  print(terminal, [
    "",
    style.strong("What changed in the workspace, according to the server"),
    ...diffLines(patch, style).map((line) => `  ${line}`),
  ]);
}

function conclude(terminal: Terminal, isGreen: boolean, tookMs: number): void {
  const { style } = terminal;
  const seconds = (tookMs / 1000).toFixed(1);
  const red = `${style.bad("✗ the demo did not end green")} after ${seconds} s. Please report this with the output above.`;
  if (!isGreen) return print(terminal, ["", red]);
  const keys = style.quiet("or ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENAI_COMPATIBLE_BASE_URL");
  const run = 'npx --no-install talkcody run --model gpt-5-mini@openai --repo https://github.com/you/app "…"';
  print(terminal, [
    "",
    `${style.good("✓ red → green")} in ${seconds} s. All of this really happened; only the model's choices were scripted.`,
    "",
    "Next, with a real model:",
    `  ${style.accent("export OPENAI_API_KEY=…")}   ${keys}`,
    `  ${style.accent("npm start")}`,
    `  ${style.accent(run)}`,
  ]);
}

function print({ out }: Terminal, lines: readonly string[]): void {
  out(`${lines.join("\n")}\n`);
}
