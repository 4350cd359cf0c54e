import { joined } from "./options.ts";
import type { ShellWord } from "./command-draft.ts";
import { type SeenCommands, seeThrough } from "./see-through.ts";
import { type SplitCommand, splitCommand } from "./split-command.ts";

/** A command line, read once for all rules. */
export interface CommandLine extends SplitCommand, SeenCommands {
  text: string;
  /** Each command that is seen, as one text. */
  seenTexts: ShellWord[];
  /** What is seen in each of the parts, where the parts are certain. */
  seenInPart(part: string): ShellWord[];
}

export function readCommandLine(text: string): CommandLine {
  const seen = seeThrough(text);
  const split = splitCommand(text);
  return {
    ...{ text, ...split, ...seen },
    seenTexts: textsOf(seen),
    seenInPart: (part) => textsOf(seeThrough(part)),
  };
}

function textsOf({ commands }: SeenCommands): ShellWord[] {
  const texts = new Map<string, ShellWord>();
  for (const words of commands) {
    const text = joined(words);
    const known = texts.get(text.text);
    if (known === undefined || known.sureLength > text.sureLength) texts.set(text.text, text);
  }
  return [...texts.values()];
}
