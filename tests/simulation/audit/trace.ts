import { createHash } from "node:crypto";

/** What happened in a world, line by line: the same seed gives the same lines. */
export interface Trace {
  say(line: string): void;
  /** The last lines. */
  readonly last: readonly string[];
  /** SHA-256 over all lines so far. */
  digest(): string;
}

const linesKept = 30;

/** `print` gets each line at once. */
export function createTrace(print: (line: string) => void = () => {}): Trace {
  const hash = createHash("sha256");
  const last: string[] = [];
  return {
    say: (line) => {
      hash.update(`${line}\n`);
      last.push(line);
      if (last.length > linesKept) last.shift();
      print(line);
    },
    last,
    digest: () => hash.copy().digest("hex"),
  };
}
