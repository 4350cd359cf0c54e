import { Failure } from "../failures.ts";
import { readAll } from "./read-all.ts";
import type { Terminal } from "./terminal.ts";

/** Reads a secret without showing it: typed in a terminal, else from standard input, without its last line break. */
export async function readSecret(terminal: Pick<Terminal, "err" | "input">, prompt: string): Promise<string> {
  const { input, err } = terminal;
  if (!input.isTTY) return (await readAll(input)).replace(/\r?\n$/, "");
  err(prompt);
  input.setRawMode(true);
  try {
    return await typedLine(input);
  } finally {
    input.setRawMode(false);
    input.pause();
    err("\n");
  }
}

async function typedLine(input: NodeJS.ReadStream): Promise<string> {
  let typed = "";
  input.setEncoding("utf8");
  for await (const piece of input.iterator({ destroyOnReturn: false })) {
    for (const character of String(piece)) {
      if (character === "\r" || character === "\n") return typed;
      if (character === "\u0003" || character === "\u0004") throw new Failure("Left. Nothing was set.");
      typed = isErase(character) ? typed.slice(0, -1) : typed + character;
    }
  }
  return typed;
}

function isErase(character: string): boolean {
  return character === "\u007f" || character === "\b";
}
