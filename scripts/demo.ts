// npm run demo [-- --ask]: the whole system at work on a small real repository, in a fresh folder.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Client } from "../packages/shared/src/index.ts";
import { createClient } from "../packages/shared/src/index.ts";
import type { Session } from "../packages/cli/src/frame.ts";
import { present } from "../packages/cli/src/watch/present.ts";
import { diffLines } from "../packages/cli/src/render/diff.ts";
import { createFrameRenderer } from "../packages/cli/src/render/frames.ts";
import type { Terminal } from "../packages/cli/src/terminal/terminal.ts";
import { openTerminal } from "../packages/cli/src/terminal/terminal.ts";
import type { Outcome } from "../packages/cli/src/watch/watch.ts";
import { watch } from "../packages/cli/src/watch/watch.ts";
import { createApprovingWatcher, createScoreboard } from "./demo/audience.ts";
import { makeRepository } from "./demo/repository.ts";
import { startServer } from "./demo/server.ts";

const message = "The test fails. Find out why and fix it.";

process.exitCode = await demo(openTerminal());

async function demo(terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ options: { ask: { type: "boolean" } } });
  const isAsking = values.ask === true && terminal.isInteractive;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "talkcody-demo-")));
  const stage = createStage(terminal);
  let isCut = false;
  process.once("SIGINT", () => (isCut = true)); // The server hears it too, so that what is under way may fail.
  try {
    stage.introduce(isAsking);
    makeRepository(join(folder, "sum"));
    stage.done("a git repository with a failing test");
    const server = await startServer(join(folder, "data"));
    try {
      stage.done(`the server, on a fresh data folder, at ${server.baseUrl}`);
      return await perform(createClient(server), { folder, isAsking, terminal });
    } finally {
      await server.stop();
    }
  } catch (error) {
    if (isCut) return 130;
    terminal.err(`${terminal.style.bad("✗")} ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Scene {
  folder: string;
  isAsking: boolean;
  terminal: Terminal;
}

async function perform(client: Client, { folder, isAsking, terminal }: Scene): Promise<number> {
  const startedMs = performance.now();
  const session = await client.createSession({
    body: {
      workspace: { repository: `file://${join(folder, "sum")}` },
      model: "demo@scripted",
      message: { content: message },
    },
  });
  terminal.out("\n");
  const score = createScoreboard();
  const outcome = await play(client, session, { isAsking, terminal, note: score.note });
  if (outcome.type === "left") return 130;
  const { patch } = await client.getWorkspaceDiff({ params: { workspaceId: session.workspaceId } });
  const stage = createStage(terminal);
  stage.showDiff(patch);
  const isGreen =
    outcome.type === "ended" &&
    outcome.task.state === "completed" &&
    score.wentGreen() &&
    patch.includes("+  return a + b;");
  return stage.conclude(isGreen, performance.now() - startedMs);
}

interface Play {
  isAsking: boolean;
  terminal: Terminal;
  note: ReturnType<typeof createScoreboard>["note"];
}

/** With `--ask` the person decides, as in `talkcody run`; else the demo does. */
function play(client: Client, session: Session, { isAsking, terminal, note }: Play): Promise<Outcome> {
  const taskId = session.activeTask?.id;
  const scene = { client, sessionId: session.id, taskId };
  const onInterrupt = async (): Promise<Outcome> => ({ type: "left" });
  if (isAsking) return present({ ...scene, terminal, json: false, onFrame: note, onInterrupt });
  const renderer = createFrameRenderer({ ...terminal, write: terminal.out });
  return watch({ ...scene, watcher: createApprovingWatcher(client, { renderer, terminal, note }) });
}

function createStage({ out, style }: Terminal) {
  const lines = (...texts: string[]) => out(`${texts.join("\n")}\n`);
  return {
    introduce: (isAsking: boolean): void => {
      lines(
        style.strong("TalkCody demo"),
        "Real: the server, git, the clone, the commands, the edit, the approvals and the stream you see.",
        "Scripted: only the choices of the model, so that it needs no key and no network.",
        style.quiet(
          isAsking
            ? "You decide: a, s or r at each question."
            : "It approves for you; `npm run demo -- --ask` lets you decide.",
        ),
        "",
      );
    },
    done: (text: string): void => lines(`${style.good("✓")} ${text}`),
    showDiff: (patch: string): void => {
      lines(
        "",
        style.strong("What changed in the workspace, as the server tells it"),
        ...diffLines(patch, style).map((line) => `  ${line}`),
      );
    },
    conclude: (isGreen: boolean, tookMs: number): number => {
      const seconds = (tookMs / 1000).toFixed(1);
      const next = [
        "",
        "Next, with a model of your own:",
        `  ${style.accent("export OPENAI_API_KEY=…")}   ${style.quiet("or ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENAI_COMPATIBLE_BASE_URL")}`,
        `  ${style.accent("npm start")}`,
        `  ${style.accent('npx --no-install talkcody run --model gpt-5-mini@openai --repo https://github.com/you/app "…"')}`,
      ];
      if (isGreen)
        lines(
          "",
          `${style.good("✓ red → green")} in ${seconds} s. Everything above really happened; only the model's choices were scripted.`,
          ...next,
        );
      else
        lines(
          "",
          `${style.bad("✗ the demo did not end green")} after ${seconds} s; that is a fault, or it was cut short.`,
        );
      return isGreen ? 0 : 1;
    },
  };
}
