/** What stands next to each other belongs together; between kinds there is a blank line. */
export type Block = "person" | "speech" | "reasoning" | "tool" | "note";

/** Writes lines and flowing text one after the other, and knows where it stands. */
export interface Page {
  /** Begins a block: on a new line, after a blank one when the block before was of another kind. */
  block(kind: Block): void;
  /** A whole line. */
  line(text: string): void;
  /** Text that goes on where the last ended. `painted` is what is written for it. */
  flow(text: string, painted: string): void;
  /** A line that disappears with the next thing written; only for terminals. */
  prompt(text: string): void;
  /** The person typed a line, and Enter ended it. */
  typed(): void;
  /** Takes the prompt away. */
  clearPrompt(): void;
  readonly hasPrompt: boolean;
  /** The block it is in. */
  readonly kind: Block | undefined;
}

const eraseLine = "\r\u001b[K";

export function createPage(write: (text: string) => void): Page {
  let kind: Block | undefined;
  let isAtStart = true;
  let isAfterBlank = true;
  let hasPrompt = false;

  const clearPrompt = () => {
    if (hasPrompt) write(eraseLine);
    hasPrompt = false;
  };
  const endLine = () => {
    clearPrompt();
    if (!isAtStart) write("\n");
    isAtStart = true;
  };
  return {
    block: (next) => {
      endLine();
      if (kind !== next && !isAfterBlank) write("\n");
      isAfterBlank ||= kind !== next;
      kind = next;
    },
    line: (text) => {
      endLine();
      write(`${text}\n`);
      isAfterBlank = false;
    },
    flow: (text, painted) => {
      if (text === "") return;
      clearPrompt();
      write(painted);
      isAtStart = text.endsWith("\n");
      isAfterBlank = false;
    },
    prompt: (text) => {
      endLine();
      write(text);
      hasPrompt = true;
    },
    typed: () => {
      hasPrompt = false;
      isAtStart = true;
      isAfterBlank = false;
    },
    clearPrompt,
    get hasPrompt() {
      return hasPrompt;
    },
    get kind() {
      return kind;
    },
  };
}
