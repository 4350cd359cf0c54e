import { type ShellWord, unknownText } from "./command-draft.ts";

/** What is known of the options of a program. */
export interface OptionShape {
  /** Options whose value is the next word. */
  valued: readonly string[];
  /** Further words of its own, such as the duration of `timeout`, before the command it runs. */
  operands?: number;
}

export interface Option {
  name: string;
  /** Undefined for an option that takes none. */
  value: ShellWord | undefined;
}

export interface ReadOptions {
  options: Option[];
  rest: readonly ShellWord[];
}

/** Reads the options at the start of the words. `rest` begins with the first word that is none. */
export function readOptions(words: readonly ShellWord[], valued: readonly string[]): ReadOptions {
  const options: Option[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === undefined || !isOption(word)) return { options, rest: words.slice(at) };
    if (word.text === "--") return { options, rest: words.slice(at + 1) };
    const option = readOption(word, valued);
    const takesNext = option.value === undefined && valued.includes(option.name);
    options.push(takesNext ? { ...option, value: words[++at] } : option);
  }
  return { options, rest: [] };
}

function isOption({ text, sureLength }: ShellWord): boolean {
  return text.length > 1 && text.startsWith("-") && sureLength > 0;
}

/** `--name=value`, `-nvalue` where `-n` takes a value, or the name alone. */
function readOption(word: ShellWord, valued: readonly string[]): Option {
  const { text } = word;
  const equals = text.startsWith("--") ? text.indexOf("=") : -1;
  if (equals > 0) return { name: text.slice(0, equals), value: tail(word, equals + 1) };
  const short = text.slice(0, 2);
  const isAttached = text.length > 2 && !text.startsWith("--") && valued.includes(short);
  return isAttached && !valued.includes(text)
    ? { name: short, value: tail(word, 2) }
    : { name: text, value: undefined };
}

/** The word without its first characters. */
export function tail({ text, sureLength, maySplit }: ShellWord, from: number): ShellWord {
  return { text: text.slice(from), sureLength: Math.max(sureLength - from, 0), maySplit };
}

export function sureWord(text: string): ShellWord {
  return { text, sureLength: text.length, maySplit: false };
}

/** Any words, or none. */
export const unknownWord: ShellWord = { text: unknownText, sureLength: 0, maySplit: true };

/** The word, if it is not certain what it is. */
export function unsureWord({ text }: ShellWord): ShellWord {
  return { text, sureLength: 0, maySplit: true };
}

export function isSure({ text, sureLength }: ShellWord): boolean {
  return sureLength >= text.length;
}

/** The words with blanks between them, certain as far as the first unknown. */
export function joined(words: readonly ShellWord[]): ShellWord {
  const text = words.map((word) => word.text).join(" ");
  let sureLength = 0;
  for (const word of words) {
    if (!isSure(word)) return { text, sureLength: sureLength + word.sureLength, maySplit: true };
    sureLength += word.text.length + 1;
  }
  return sureWord(text);
}
