import { isServerError, sentenceOf } from "../failures.ts";
import type { FrameRenderer } from "../render/frames.ts";
import { plain, plainLine } from "../render/text/sanitise.ts";
import type { Client } from "../server/connect.ts";
import type { Keyboard, KeyPress } from "../terminal/keyboard.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { createDecider, type Decider } from "./decide.ts";
import type { Inbox } from "./inbox.ts";
import type { Situation } from "./situation.ts";
import type { Outcome, Watcher, WatchEvent } from "./watch.ts";

export interface InteractiveOptions {
  client: Client;
  terminal: Terminal;
  sessionId: string;
  renderer: FrameRenderer;
  keyboard: Keyboard;
  /** Where the frames arrive. */
  inbox: Inbox<WatchEvent>;
  /** What Ctrl-C does. An outcome ends the watching. */
  onInterrupt(): Promise<Outcome | undefined>;
}

interface Context extends InteractiveOptions {
  decider: Decider;
  situation: Situation | undefined;
}

/** A person at a terminal: reads along, decides with single keys, and types messages at any time. */
export function createInteractiveWatcher(options: InteractiveOptions): Watcher {
  const { renderer, onInterrupt } = options;
  const context: Context = { ...options, decider: createDeciderFor(options), situation: undefined };
  return {
    frame: (frame, situation) => {
      context.situation = situation;
      renderer.render(frame);
    },
    lost: renderer.lost,
    quiet: (situation) => offerOrInvite(context, situation),
    key: (key, inbox) => takeKey(context, key, inbox),
    interrupt: () => {
      renderer.page.clearPrompt();
      return onInterrupt();
    },
  };
}

function createDeciderFor({ client, renderer, keyboard, terminal, inbox }: InteractiveOptions): Decider {
  return createDecider({
    client,
    renderer,
    keyboard,
    style: terminal.style,
    columns: terminal.columns,
    isDecided: (actionId, signal) => inbox.seen((item) => isDecision(item, actionId), signal),
  });
}

async function offerOrInvite(context: Context, { pending, status }: Situation): Promise<undefined> {
  const isAsking = await context.decider.offer(pending);
  if (!isAsking && status === "idle") invite(context);
}

function invite({ renderer: { page }, terminal: { style } }: Context): void {
  if (page.hasPrompt) return;
  page.block("person");
  page.prompt(`${style.strong("›")} ${style.quiet("type a message; Ctrl-C leaves")}`);
}

async function takeKey(context: Context, key: KeyPress, inbox: Inbox<WatchEvent>): Promise<void> {
  if (await context.decider.key(key.name)) return;
  if (!key.isText) return;
  const text = key.name + typedAhead(inbox);
  if (text.includes("\n")) await sendPasted(context, text.trim());
  else await sendEdited(context, text);
}

/** Lets the person edit a line that starts with `start`, and sends it. */
async function sendEdited(context: Context, start: string): Promise<void> {
  const { keyboard, renderer } = context;
  renderer.page.block("person");
  const text = await keyboard.line("› ", { start });
  if (text === undefined) return;
  renderer.page.typed();
  if (text.trim() !== "") await send(context, text.trim());
}

/** A pasted text that ends with Enter is sent as it is. */
async function sendPasted(context: Context, text: string): Promise<void> {
  const { page } = context.renderer;
  page.block("person");
  for (const line of text.split("\n")) page.line(`› ${plain(line)}`);
  await send(context, text);
}

async function send({ client, sessionId, renderer, situation }: Context, text: string): Promise<void> {
  const isBusy = situation?.status !== "idle";
  try {
    const { message } = await client.sendMessage({ params: { sessionId }, body: { content: text } });
    renderer.known(message.id);
    if (isBusy) renderer.note("the agent reads it after its current step");
  } catch (error) {
    if (!isServerError(error)) throw error;
    renderer.note(`✗ not sent: ${plainLine(sentenceOf(error))}`);
  }
}

function isDecision(item: WatchEvent, actionId: string): boolean {
  return (
    item.type === "frame" && item.frame.type === "action.resolved" && item.frame.data.action.id === actionId
  );
}

/** What was typed or pasted before the line could be edited, with a line end for each Enter. */
function typedAhead(inbox: Inbox<WatchEvent>): string {
  const isTyped = (item: WatchEvent): item is { type: "key"; key: KeyPress } =>
    item.type === "key" && (item.key.isText || item.key.name === "return" || item.key.name === "enter");
  let text = "";
  for (let next = inbox.takeIf(isTyped); next !== undefined; next = inbox.takeIf(isTyped))
    text += next.key.isText ? next.key.name : "\n";
  return text;
}
