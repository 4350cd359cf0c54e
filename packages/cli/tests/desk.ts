import { createStyle } from "../src/render/style.ts";
import type { Terminal } from "../src/terminal/terminal.ts";

/** A terminal that remembers what was written to it. */
export function createDesk(): { terminal: Terminal; out(): string; err(): string } {
  let [out, err] = ["", ""];
  const terminal: Terminal = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    style: createStyle(false),
    isInteractive: false,
    columns: () => 100,
    proseColumns: () => Infinity,
    input: process.stdin,
    output: process.stdout,
  };
  return { terminal, out: () => out, err: () => err };
}
