/** Blocks of one kind stand together; between kinds is a blank line. */
export type Block = "person" | "speech" | "reasoning" | "tool" | "note";

/** Writes lines and flowing text one after the other, and knows where the cursor is. */
export interface Page {
  /** Starts a block on a new line, after a blank line when the last block was of another kind. */
  block(kind: Block): void;
  /** A whole line. */
  line(text: string): void;
  /** Text that continues where the last ended. `painted` is the same text with its colours and line breaks. */
  flow(text: string, painted: string): void;
  /** A line that the next thing written erases. For terminals only. */
  prompt(text: string): void;
  /** The person typed a line and ended it with Enter. */
  typed(): void;
  /** Erases the prompt. */
  clearPrompt(): void;
  readonly hasPrompt: boolean;
  /** The kind of the current block. */
  readonly kind: Block | undefined;
}

interface Context {
  readonly write: (text: string) => void;
  kind: Block | undefined;
  isAtStart: boolean;
  isAfterBlank: boolean;
  hasPrompt: boolean;
}

export function createPage(write: (text: string) => void): Page {
  const context: Context = { write, kind: undefined, isAtStart: true, isAfterBlank: true, hasPrompt: false };
  return {
    block: (kind) => startBlock(context, kind),
    line: (text) => writeLine(context, text),
    flow: (text, painted) => flow(context, text, painted),
    prompt: (text) => prompt(context, text),
    typed: () => void Object.assign(context, { hasPrompt: false, isAtStart: true, isAfterBlank: false }),
    clearPrompt: () => clearPrompt(context),
    get hasPrompt() {
      return context.hasPrompt;
    },
    get kind() {
      return context.kind;
    },
  };
}

function startBlock(context: Context, kind: Block): void {
  const isOther = context.kind !== kind;
  endLine(context);
  if (isOther && !context.isAfterBlank) context.write("\n");
  context.isAfterBlank ||= isOther;
  context.kind = kind;
}

function writeLine(context: Context, text: string): void {
  endLine(context);
  context.write(`${text}\n`);
  context.isAfterBlank = false;
}

function flow(context: Context, text: string, painted: string): void {
  if (text === "") return;
  clearPrompt(context);
  context.write(painted);
  context.isAtStart = text.endsWith("\n");
  context.isAfterBlank = false;
}

function prompt(context: Context, text: string): void {
  endLine(context);
  context.write(text);
  context.hasPrompt = true;
}

function endLine(context: Context): void {
  clearPrompt(context);
  if (!context.isAtStart) context.write("\n");
  context.isAtStart = true;
}

const eraseLine = "\r\u001b[K";

function clearPrompt(context: Context): void {
  if (context.hasPrompt) context.write(eraseLine);
  context.hasPrompt = false;
}
