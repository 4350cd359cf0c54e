import type { Client } from "../server/connect.ts";
import { createDecider } from "./decide.ts";
import { isOfServer, sentenceOf } from "../failures.ts";
import type { Inbox } from "./inbox.ts";
import type { Keyboard, KeyPress } from "../terminal/keyboard.ts";
import type { FrameRenderer } from "../render/frames.ts";
import { plain, plainLine } from "../render/text/sanitise.ts";
import type { Situation } from "./situation.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Happening, Outcome, Watcher } from "./watch.ts";

export interface InteractiveOptions {
  client: Client;
  terminal: Terminal;
  sessionId: string;
  renderer: FrameRenderer;
  keyboard: Keyboard;
  /** Where the frames come in. */
  inbox: Inbox<Happening>;
  /** What Ctrl-C does: an outcome leaves. */
  onInterrupt(): Promise<Outcome | undefined>;
}

/** A person at a terminal: reads along, decides with single keys, and types messages at any time. */
export function createInteractiveWatcher(options: InteractiveOptions): Watcher {
  const { client, terminal, sessionId, renderer, keyboard, inbox: frames } = options;
  const { page } = renderer;
  const decider = createDecider({
    client,
    renderer,
    keyboard,
    style: terminal.style,
    columns: terminal.columns,
    isDecided: (actionId, signal) => frames.hears((item) => isDecision(item, actionId), signal),
  });
  let situation: Situation | undefined;

  const invite = () => {
    if (page.hasPrompt) return;
    page.block("person");
    page.prompt(`${terminal.style.strong("›")} ${terminal.style.quiet("type a message; Ctrl-C leaves")}`);
  };
  const write = async (start: string) => {
    page.block("person");
    const text = await keyboard.line("› ", { start });
    if (text === undefined) return;
    page.typed();
    if (text.trim() !== "") await send(text.trim());
  };
  /** A paste that brought its Enter along. */
  const paste = async (text: string) => {
    page.block("person");
    for (const line of text.split("\n")) page.line(`› ${plain(line)}`);
    await send(text);
  };
  const send = async (text: string) => {
    const isBusy = situation?.status !== "idle";
    try {
      const { message } = await client.sendMessage({ params: { sessionId }, body: { content: text } });
      renderer.known(message.id);
      if (isBusy) renderer.note("the agent reads it after its current step");
    } catch (error) {
      if (!isOfServer(error)) throw error;
      renderer.note(`✗ not sent. ${plainLine(sentenceOf(error))}`);
    }
  };

  return {
    frame: (frame, now) => {
      situation = now;
      renderer.render(frame);
    },
    lost: renderer.lost,
    quiet: async ({ pending, status }) => {
      const isAsking = await decider.offer(pending);
      if (!isAsking && status === "idle") invite();
      return undefined;
    },
    key: async (key, inbox) => {
      if (await decider.key(key.name)) return;
      if (!key.isText) return;
      const text = key.name + typedAhead(inbox);
      if (text.includes("\n")) await paste(text.trim());
      else await write(text);
    },
    interrupt: () => {
      page.clearPrompt();
      return options.onInterrupt();
    },
  };
}

function isDecision(item: Happening, actionId: string): boolean {
  return (
    item.type === "frame" && item.frame.type === "action.resolved" && item.frame.data.action.id === actionId
  );
}

/** What was typed or pasted before the line could be edited; Enter is a line end. */
function typedAhead(inbox: Inbox<Happening>): string {
  const isTyped = (item: Happening): item is { type: "key"; key: KeyPress } =>
    item.type === "key" && (item.key.isText || item.key.name === "return" || item.key.name === "enter");
  let text = "";
  for (let next = inbox.takeIf(isTyped); next !== undefined; next = inbox.takeIf(isTyped))
    text += next.key.isText ? next.key.name : "\n";
  return text;
}
