import { isServerError, sentenceOf } from "../failures.ts";
import type { Action } from "../frame.ts";
import { shortId } from "../ids.ts";
import { answerFrom, questionsOf } from "../questions.ts";
import { isCut } from "../render/action-box.ts";
import type { FrameRenderer } from "../render/frames.ts";
import type { Style } from "../render/style.ts";
import { plainLine } from "../render/text/sanitise.ts";
import type { Client } from "../server/connect.ts";
import type { Keyboard } from "../terminal/keyboard.ts";
import { hintFor, keysFor } from "./decision-hints.ts";

/** Asks a person for the decisions of a session, one at a time, and sends them. */
export interface Decider {
  /** Shows the next pending action, unless one is shown. True while one waits for a key. */
  offer(pending: readonly Action[]): Promise<boolean>;
  /** True when the key was for the action that is shown, even when it decided nothing. */
  key(name: string): Promise<boolean>;
}

export interface DeciderOptions {
  client: Client;
  renderer: FrameRenderer;
  keyboard: Keyboard;
  style: Style;
  /** Width of the terminal, now. */
  columns(): number;
  /** Resolves when the action has been decided, here or elsewhere, or when the signal is aborted. */
  isDecided(actionId: string, signal: AbortSignal): Promise<void>;
}

/** A key pressed this soon after an action appears was meant for something else. */
const guardMs = 300;

type Decision = Parameters<Client["createAction"]>[0]["body"];

interface Context extends DeciderOptions {
  /** Ids of actions not to be shown again: the person left them open, or decided them a moment ago. */
  readonly handled: Set<string>;
  asking: Action | undefined;
  askedAtMs: number;
}

export function createDecider(options: DeciderOptions): Decider {
  const context: Context = { ...options, handled: new Set(), asking: undefined, askedAtMs: 0 };
  return {
    offer: (pending) => offer(context, pending),
    key: (name) => press(context, name),
  };
}

async function offer(context: Context, pending: readonly Action[]): Promise<boolean> {
  const { renderer, handled } = context;
  const next = pending.find(({ id }) => !handled.has(id));
  if (next === undefined) {
    context.asking = undefined;
    return false;
  }
  if (context.asking?.id !== next.id) {
    renderer.ask(next);
    context.askedAtMs = performance.now();
  }
  context.asking = next;
  if (next.type === "question") await answer(context, next);
  else if (!renderer.page.hasPrompt) promptKeys(context, next);
  return context.asking !== undefined;
}

async function press(context: Context, name: string): Promise<boolean> {
  const { asking: action, askedAtMs, style, renderer } = context;
  if (action === undefined) return false;
  if (performance.now() - askedAtMs < guardMs) return true;
  if (name === "a") await send(context, action, { type: "approve", actionId: action.id });
  if (name === "s" && action.type === "approval")
    await send(context, action, { type: "approve", actionId: action.id, scope: "session" });
  if (name === "r") await reject(context, action);
  if (name === "v" && isCut(action, style)) renderer.ask(action, { all: true });
  return true;
}

/** When it is too late or not allowed, the server says so, and the person reads it. */
async function send(context: Context, action: Action, decision: Decision): Promise<void> {
  const { client, renderer, handled } = context;
  context.asking = undefined;
  try {
    await client.createAction({ params: { sessionId: action.sessionId }, body: decision });
    handled.add(action.id); // The stream reports the decision only a moment later.
  } catch (error) {
    if (!isServerError(error)) throw error;
    renderer.note(`✗ ${plainLine(sentenceOf(error))}`);
  }
}

async function reject(context: Context, action: Action): Promise<void> {
  const { page } = context.renderer;
  page.clearPrompt();
  const typed = await readLine(context, action, "why not? (Enter for no reason)");
  page.typed();
  if (typed === "decided") return;
  if (typed === undefined) return promptKeys(context, action);
  const text = typed.text.trim();
  const reason = text === "" ? {} : { reason: text };
  await send(context, action, { type: "reject", actionId: action.id, ...reason });
}

async function answer(context: Context, action: Action): Promise<void> {
  const result: Record<string, string | string[]> = {};
  for (const question of questionsOf(action)) {
    const typed = await readLine(context, action, hintFor(question));
    context.renderer.page.typed();
    if (typed === "decided") return;
    if (typed === undefined) return postpone(context, action);
    result[question.id] = answerFrom(question, typed.text);
  }
  await send(context, action, { type: "respond", actionId: action.id, result });
}

function postpone(context: Context, action: Action): void {
  const { renderer, handled } = context;
  context.asking = undefined;
  handled.add(action.id);
  renderer.page.clearPrompt();
  renderer.note(`left open; later: talkcody answer ${shortId(action.id)}`);
}

function promptKeys({ renderer, style, columns }: Context, action: Action): void {
  renderer.page.prompt(`  ${style.waiting("╰")} ${keysFor(action, style, columns())}`);
}

/** What the person types; "decided" when the action was decided elsewhere meanwhile; undefined when they left the line. */
async function readLine({ keyboard, style, isDecided }: Context, action: Action, hint: string) {
  const [typed, decided] = [new AbortController(), new AbortController()];
  void isDecided(action.id, typed.signal).then(() => typed.signal.aborted || decided.abort());
  const text = await keyboard.line(`  ${style.waiting("╰")} ${hint} › `, { signal: decided.signal });
  typed.abort();
  if (decided.signal.aborted) return "decided";
  return text === undefined ? undefined : { text };
}
