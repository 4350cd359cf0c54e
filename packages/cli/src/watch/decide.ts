import type { Client } from "../server/connect.ts";
import { isOfServer, sentenceOf } from "../failures.ts";
import type { Action } from "../frame.ts";
import { shortId } from "../ids.ts";
import type { Keyboard } from "../terminal/keyboard.ts";
import type { Question } from "../questions.ts";
import { answerFrom, questionsOf } from "../questions.ts";
import { isCut } from "../render/action-box.ts";
import type { FrameRenderer } from "../render/frames.ts";
import { plainLine } from "../render/text/sanitise.ts";
import type { Style } from "../render/style.ts";

export interface Desk {
  client: Client;
  renderer: FrameRenderer;
  keyboard: Keyboard;
  style: Style;
  /** Width of the terminal, now. */
  columns(): number;
  /** Resolves when somebody has decided the action, or the signal is aborted. */
  isDecided(actionId: string, signal: AbortSignal): Promise<void>;
}

/** A key pressed so soon was meant for something else. */
const guardMs = 300;

type Decision = Parameters<Client["createAction"]>[0]["body"];

/** Puts the decisions of a session to a person, one at a time, and sends what they decide. */
export function createDecider(desk: Desk) {
  const { renderer, style, columns } = desk;
  const { page } = renderer;
  /** Left open by the person, or decided by them, which the stream tells a moment later. */
  const over = new Set<string>();
  let asking: Action | undefined;
  let askedAtMs = 0;

  const send = async (action: Action, decision: Decision) => {
    asking = undefined;
    if (await isTaken(desk, action, decision)) over.add(action.id);
  };
  const reject = async (action: Action) => {
    page.clearPrompt();
    const reason = await lineFor(desk, action, "why not? (Enter for no reason)");
    page.typed();
    if (reason === "decided") return;
    if (reason === undefined) return ask(action);
    const told = reason.text.trim() === "" ? {} : { reason: reason.text.trim() };
    await send(action, { type: "reject", actionId: action.id, ...told });
  };
  const answer = async (action: Action) => {
    const result: Record<string, string | string[]> = {};
    for (const question of questionsOf(action)) {
      const typed = await lineFor(desk, action, hintFor(question));
      page.typed();
      if (typed === "decided") return;
      if (typed === undefined) return postpone(action);
      result[question.id] = answerFrom(question, typed.text);
    }
    await send(action, { type: "respond", actionId: action.id, result });
  };
  const postpone = (action: Action) => {
    asking = undefined;
    over.add(action.id);
    page.clearPrompt();
    renderer.note(`left open; later: talkcody answer ${shortId(action.id)}`);
  };
  const ask = (action: Action) => {
    page.prompt(`  ${style.waiting("╰")} ${keysFor(action, style, columns())}`);
  };

  return {
    /** Shows the next pending action, when none is shown. True while one waits for a key. */
    offer: async (pending: readonly Action[]): Promise<boolean> => {
      const next = pending.find(({ id }) => !over.has(id));
      if (next === undefined) {
        asking = undefined;
        return false;
      }
      if (asking?.id !== next.id) {
        renderer.ask(next);
        askedAtMs = performance.now();
      }
      asking = next;
      if (next.type === "question") await answer(next);
      else if (!page.hasPrompt) ask(next);
      return asking !== undefined;
    },
    /** True when the key decided something, or was meant to. */
    key: async (name: string): Promise<boolean> => {
      const action = asking;
      if (action === undefined) return false;
      if (performance.now() - askedAtMs < guardMs) return true;
      if (name === "a") await send(action, { type: "approve", actionId: action.id });
      if (name === "s" && action.type === "approval")
        await send(action, { type: "approve", actionId: action.id, scope: "session" });
      if (name === "r") await reject(action);
      if (name === "v" && isCut(action, style)) renderer.ask(action, { all: true });
      return true;
    },
  };
}

/** Sends a decision. The server says in its own words when it was too late. */
async function isTaken({ client, renderer }: Desk, action: Action, decision: Decision): Promise<boolean> {
  try {
    await client.createAction({ params: { sessionId: action.sessionId }, body: decision });
    return true;
  } catch (error) {
    if (!isOfServer(error)) throw error;
    renderer.note(`✗ ${plainLine(sentenceOf(error))}`);
    return false;
  }
}

/** What the person types; "decided" when somebody else was quicker; undefined when it was left. */
async function lineFor({ keyboard, style, isDecided }: Desk, action: Action, hint: string) {
  const [typed, decided] = [new AbortController(), new AbortController()];
  void isDecided(action.id, typed.signal).then(() => typed.signal.aborted || decided.abort());
  const text = await keyboard.line(`  ${style.waiting("╰")} ${hint} › `, { signal: decided.signal });
  typed.abort();
  if (decided.signal.aborted) return "decided";
  return text === undefined ? undefined : { text };
}

/** In one row, so that it can be taken away again. */
function keysFor(action: Action, style: Style, columns: number): string {
  const key = (letter: string) => style.strong(`[${letter}]`);
  const view = isCut(action, style) ? `  ${key("v")}iew all` : "";
  if (action.type === "plan") return `${key("a")}pprove  ${key("r")}eject with reason${view}`;
  const scope = columns < 80 ? "" : `: ${scopeOf(action)}`;
  return `${key("a")}pprove  ${key("s")}ession${scope}  ${key("r")}eject${view}`;
}

/** What an approval for the session covers; the server allows edits as a kind, commands word by word. */
function scopeOf(action: Action): string {
  if (typeof action.input["command"] === "string") return "this command from now on";
  if (typeof action.input["url"] === "string") return "this site from now on";
  return "all edits from now on";
}

function hintFor({ header, options, multiSelect }: Question): string {
  const numbers = multiSelect ? "numbers with commas" : "a number";
  const how = options.length === 0 ? "your answer" : `${numbers}, or your own words`;
  return header === "" ? how : `${plainLine(header)} (${how})`;
}
