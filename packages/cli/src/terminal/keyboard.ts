import type { Key } from "node:readline";
import { createInterface, emitKeypressEvents } from "node:readline";

export interface KeyPress {
  /** What was typed: a character, or "return", "escape", "up" … */
  name: string;
  /** A character that can stand in a text. */
  isText: boolean;
}

/** Single keys and edited lines from a terminal. */
export interface Keyboard {
  /** Edits one line; `start` stands there already. Undefined when it was left by Escape or Ctrl-C, or the signal ended it. */
  line(prompt: string, options?: { start?: string; signal?: AbortSignal }): Promise<string | undefined>;
  /** Gives the terminal back as it was. */
  close(): void;
}

export interface KeyboardOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  onKey(key: KeyPress): void;
  onInterrupt(): void;
}

export function openKeyboard({ input, output, onKey, onInterrupt }: KeyboardOptions): Keyboard {
  const history: string[] = [];
  let isEditing = false;

  const onKeypress = (text: string | undefined, key: Key) => {
    if (isEditing) return;
    if (key.ctrl && (key.name === "c" || key.name === "d")) return onInterrupt();
    const isText = text !== undefined && !key.ctrl && !key.meta && !/\p{Cc}/u.test(text);
    onKey({ name: isText ? text : (key.name ?? ""), isText });
  };
  const listen = () => {
    input.setRawMode(true);
    input.resume();
  };
  const edit = (prompt: string, start: string, signal: AbortSignal | undefined) =>
    new Promise<string | undefined>((resolve) => {
      const lines = createInterface({ input, output, prompt, history: [...history], historySize: 100 });
      const done = (line: string | undefined) => {
        resolve(line); // Before `close`, whose event comes here once more.
        input.off("keypress", onEscape);
        signal?.removeEventListener("abort", leave);
        lines.close();
      };
      const onEscape = (_text: string | undefined, key: Key) => key.name === "escape" && done(undefined);
      const leave = () => done(undefined);
      input.on("keypress", onEscape);
      signal?.addEventListener("abort", leave);
      lines.on("line", done);
      lines.on("SIGINT", leave);
      lines.on("close", leave);
      lines.prompt();
      lines.write(start);
      if (signal?.aborted) leave();
    });

  emitKeypressEvents(input);
  input.on("keypress", onKeypress);
  listen();
  return {
    line: async (prompt, { start = "", signal } = {}) => {
      isEditing = true;
      const line = await edit(prompt, start, signal);
      isEditing = false;
      listen();
      if (line === undefined) output.write("\r\u001b[K");
      if (line?.trim()) history.unshift(line);
      return line;
    },
    close: () => {
      input.off("keypress", onKeypress);
      input.setRawMode(false);
      input.pause();
    },
  };
}
