const headCharactersMax = 512 * 1024;
const tailCharactersMax = 512 * 1024 - 200;

/** Keeps the start and the end of a long text, with a note between them that says how much is left out. */
export function createHeadAndTail(): {
  push(text: string): void;
  /** Notes that this many bytes after the pushed text are left out; also leaves out the end kept so far. */
  leaveOut(bytes: number): void;
  text(): string;
  /** Whether a part of what was pushed is left out. */
  isCut(): boolean;
} {
  let head = "";
  let tail = "";
  let leftOut = 0;
  return {
    push(text) {
      const room = headCharactersMax - head.length;
      head += text.slice(0, room);
      tail += text.slice(Math.max(0, room));
      if (tail.length <= 2 * tailCharactersMax) return; // Cuts only at twice the size, so that long streams stay cheap.
      leftOut += tail.length - tailCharactersMax;
      tail = tail.slice(-tailCharactersMax);
    },
    leaveOut(bytes) {
      leftOut += tail.length + bytes;
      tail = "";
    },
    isCut: () => leftOut > 0 || tail.length > tailCharactersMax,
    text() {
      const over = Math.max(0, tail.length - tailCharactersMax);
      const missing = leftOut + over;
      const gap = missing === 0 ? "" : `\n… ${missing} characters left out …\n`;
      return (head + gap + tail.slice(over)).toWellFormed();
    },
  };
}
