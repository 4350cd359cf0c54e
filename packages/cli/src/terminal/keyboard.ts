import type { Key } from "node:readline";
import { createInterface, emitKeypressEvents } from "node:readline";

export interface KeyPress {
  /** The character, or a name such as "return", "escape" or "up". */
  name: string;
  /** It is a character that can be part of a text. */
  isText: boolean;
}

/** Single keys and edited lines from a terminal. */
export interface Keyboard {
  /**
   * Lets the person edit one line that starts with `start`. Resolves to undefined when they leave it with Escape or
   * Ctrl-C, or when the signal is aborted.
   */
  line(prompt: string, options?: { start?: string; signal?: AbortSignal }): Promise<string | undefined>;
  /** Puts the terminal back into the mode it was in. */
  close(): void;
}

export interface KeyboardOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** Called with each key pressed while no line is edited. */
  onKey(key: KeyPress): void;
  /** Called for Ctrl-C and Ctrl-D while no line is edited. */
  onInterrupt(): void;
}

interface Context extends KeyboardOptions {
  /** Lines typed before, newest first. */
  readonly history: string[];
  isEditing: boolean;
}

export function openKeyboard(options: KeyboardOptions): Keyboard {
  const { input } = options;
  const context: Context = { ...options, history: [], isEditing: false };
  const onKeypress = (text: string | undefined, key: Key) => press(context, text, key);
  emitKeypressEvents(input);
  input.on("keypress", onKeypress);
  listen(input);
  return {
    line: (prompt, editing = {}) => readLine(context, { prompt, ...editing }),
    close: () => {
      input.off("keypress", onKeypress);
      input.setRawMode(false);
      input.pause();
    },
  };
}

function press({ isEditing, onKey, onInterrupt }: Context, text: string | undefined, key: Key): void {
  if (isEditing) return;
  if (key.ctrl && (key.name === "c" || key.name === "d")) return onInterrupt();
  const isText = text !== undefined && !key.ctrl && !key.meta && !/\p{Cc}/u.test(text);
  onKey({ name: isText ? text : (key.name ?? ""), isText });
}

function listen(input: NodeJS.ReadStream): void {
  input.setRawMode(true);
  input.resume();
}

interface Editing {
  prompt: string;
  start?: string;
  signal?: AbortSignal;
}

async function readLine(context: Context, editing: Editing): Promise<string | undefined> {
  const { input, output, history } = context;
  context.isEditing = true;
  const line = await edit(context, editing);
  context.isEditing = false;
  listen(input); // readline has left raw mode.
  if (line === undefined) output.write("\r\u001b[K");
  if (line?.trim()) history.unshift(line);
  return line;
}

function edit(
  { input, output, history }: Context,
  { prompt, start = "", signal }: Editing,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const editor = createInterface({ input, output, prompt, history: [...history], historySize: 100 });
    const done = (line: string | undefined) => {
      resolve(line); // First, because `close` emits an event that calls `leave`.
      input.off("keypress", onKeypress);
      signal?.removeEventListener("abort", leave);
      editor.close();
    };
    const leave = () => done(undefined);
    const onKeypress = (_text: string | undefined, key: Key) => key.name === "escape" && leave();
    input.on("keypress", onKeypress);
    signal?.addEventListener("abort", leave);
    editor.on("line", done).on("SIGINT", leave).on("close", leave);
    editor.prompt();
    editor.write(start);
    if (signal?.aborted) leave();
  });
}
