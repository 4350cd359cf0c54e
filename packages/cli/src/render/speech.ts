import type { Message } from "../frame.ts";
import type { Block, Page } from "./page.ts";
import type { Style } from "./style.ts";
import { plain } from "./text/sanitise.ts";
import { createWrap, type Wrap, wrapped } from "./text/wrap.ts";

/** The answer of the agent, or its reasoning. */
type Voice = "text" | "reasoning";

/**
 * Messages, as their text arrives. Deltas are written at once; the final message adds only what no delta contained.
 * So nothing is written twice, even after a lost connection or when the log no longer has the deltas.
 */
export interface Speech {
  /** A delta; or, after connecting in the middle of a message, its text so far. */
  delta(messageId: string, voice: Voice, text: string): void;
  /** The agent starts a message. It does so again, perhaps under another id, when its first try was interrupted. */
  begin(message: Message): void;
  /** A message of the agent is complete. */
  final(message: Message): void;
  /** A message of a person. */
  person(message: Message): void;
  /** The message was typed here, so it is on the screen already. */
  known(messageId: string): void;
}

interface Context {
  readonly page: Page;
  readonly style: Style;
  readonly columns: () => number;
  readonly wrap: Wrap;
  /** By message id, what was written of each voice. */
  readonly written: Map<string, Record<Voice, string>>;
  /** Ids of complete messages. */
  readonly finished: Set<string>;
  /** Message id and voice of the text written last. */
  speaking: string | undefined;
  /** The newest message of the agent, complete or not. */
  answer: { id: string; taskId: string } | undefined;
  /** Line ends that are written only when more text follows, so that no message ends with blank lines. */
  held: string;
}

export function createSpeech(page: Page, style: Style, columns: () => number): Speech {
  const context: Context = {
    page,
    style,
    columns,
    wrap: createWrap(columns),
    written: new Map(),
    finished: new Set(),
    speaking: undefined,
    answer: undefined,
    held: "",
  };
  return {
    delta: (messageId, voice, text) => {
      if (!context.finished.has(messageId)) say(context, { messageId, voice, text });
    },
    begin: (message) => begin(context, message),
    final: (message) => final(context, message),
    person: (message) => person(context, message),
    known: (messageId) => void context.finished.add(messageId),
  };
}

interface Piece {
  messageId: string;
  voice: Voice;
  text: string;
}

function say(context: Context, piece: Piece): void {
  remember(context, piece);
  const { messageId, voice, text } = piece;
  const isFirst = context.speaking !== `${messageId} ${voice}` || context.page.kind !== blocks[voice];
  const safe = isFirst ? plain(text).replace(/^\s*\n/, "") : context.held + plain(text);
  const body = safe.trimEnd();
  if (body !== "") {
    if (isFirst) startBlock(context, messageId, voice);
    context.held = safe.slice(body.length);
    write(context, voice, body);
  } else if (!isFirst) context.held = safe;
}

function remember({ written }: Context, { messageId, voice, text }: Piece): void {
  const before = written.get(messageId) ?? { text: "", reasoning: "" };
  written.set(messageId, { ...before, [voice]: before[voice] + text });
}

function startBlock(context: Context, messageId: string, voice: Voice): void {
  context.page.block(blocks[voice]);
  context.wrap.restart();
  context.speaking = `${messageId} ${voice}`;
}

function write({ page, style, wrap }: Context, voice: Voice, text: string): void {
  const lines = wrap.next(text);
  page.flow(text, voice === "text" ? lines : style.quiet(lines));
}

function begin(context: Context, { id, taskId }: Message): void {
  const { page, style, written, finished, answer } = context;
  const interrupted = answer?.taskId === taskId && !finished.has(answer.id) ? answer.id : id;
  const before = written.get(interrupted);
  written.delete(interrupted);
  context.answer = { id, taskId };
  if (before === undefined || before.text + before.reasoning === "") return;
  context.speaking = undefined;
  page.block("note");
  page.line(style.quiet("↻ the answer was interrupted and starts again"));
}

function final(context: Context, message: Message): void {
  const { written, finished } = context;
  if (finished.has(message.id)) return;
  const before = written.get(message.id) ?? { text: "", reasoning: "" };
  for (const voice of ["reasoning", "text"] as const)
    complete(context, { messageId: message.id, voice, text: textOf(message, voice) }, before[voice]);
  written.delete(message.id);
  finished.add(message.id);
  context.speaking = undefined;
}

/** Writes what is missing of a voice, or all of it when something else was written before. */
function complete(context: Context, whole: Piece, before: string): void {
  if (whole.text.startsWith(before)) return say(context, { ...whole, text: whole.text.slice(before.length) });
  if (whole.text.endsWith(before)) return; // The reading began in the middle of the message.
  context.speaking = undefined;
  context.written.delete(whole.messageId);
  say(context, whole);
}

function person(context: Context, message: Message): void {
  const { page, style, columns, finished } = context;
  if (finished.has(message.id)) return;
  finished.add(message.id);
  context.speaking = undefined;
  page.block("person");
  const text = wrapped(plain(textOf(message, "text")).trim(), { columns: columns(), indent: 2 });
  for (const line of `› ${text}`.split("\n")) page.line(style.strong(line));
  for (const file of message.files) page.line(style.quiet(`  + ${plain(file.name)}`));
}

const blocks: Record<Voice, Block> = { text: "speech", reasoning: "reasoning" };

function textOf(message: Message, voice: Voice): string {
  return message.content.flatMap((part) => (part.type === voice ? [part.text] : [])).join("");
}
