/** A word of a command without its quotes and escapes. */
export interface ShellWord {
  /** What only the shell knows stands in it as a variable. */
  text: string;
  /** So many characters are certain. What follows is unknown until the shell has expanded it. */
  sureLength: number;
  /** The shell may make several words of it, or none. */
  maySplit: boolean;
}

/** Stands for a text that only the shell knows. */
export const unknownText = "$_";

/** A program with its arguments, as a shell reads them; redirections are left out. */
export interface SimpleCommand {
  words: ShellWord[];
  /** The text it reads as its input, when the command line shows it. */
  input: string | undefined;
  /** Its input comes from a pipe or a file. */
  readsUnseenInput: boolean;
}

/** A here-document whose body follows on the next line. */
export interface HereDocument {
  command: SimpleCommand;
  delimiter: string;
  isQuoted: boolean;
  isIndented: boolean;
}

type Redirection = "in" | "out" | "text" | "document" | "indented-document";

interface WordDraft {
  text: string;
  sureLength: number | undefined;
  maySplit: boolean;
  /** Any part of it. */
  isQuoted: boolean;
}

/** A simple command while it is being read. */
export interface CommandDraft {
  command: SimpleCommand;
  /** The word that is being read. */
  word: WordDraft | undefined;
  /** The next word is the target of a redirection, not an argument. */
  redirection: Redirection | undefined;
  /** Inside of `[[ ]]`, where operators are part of the test. */
  isTest: boolean;
  /** The words are values, as in `names=(a b)`, and no command. */
  isList: boolean;
  documents: HereDocument[];
}

export function newDraft(
  documents: HereDocument[],
  { readsUnseenInput = false, isList = false }: { readsUnseenInput?: boolean; isList?: boolean } = {},
): CommandDraft {
  const command = { words: [], input: undefined, readsUnseenInput };
  return { command, word: undefined, redirection: undefined, isTest: false, isList, documents };
}

/** Words that may stand before a command without being part of it. */
export const keywords = new Set("if then elif else while until do ! coproc".split(" "));

export function append(draft: CommandDraft, text: string, isQuoted = false): void {
  const word = (draft.word ??= { text: "", sureLength: undefined, maySplit: false, isQuoted });
  word.text += text;
  word.isQuoted ||= isQuoted;
}

/** Adds what only the shell knows. Outside of quotes it may become several words. */
export function appendUnknown(draft: CommandDraft, text: string, isQuoted: boolean): void {
  append(draft, "", isQuoted);
  if (draft.word === undefined) return;
  draft.word.sureLength ??= draft.word.text.length;
  draft.word.maySplit ||= !isQuoted;
  draft.word.text += text;
}

export function finishWord(draft: CommandDraft): void {
  const { command, word, redirection, documents } = draft;
  if (word === undefined) return;
  draft.word = undefined;
  draft.redirection = undefined;
  if (word.text === "[[" && isAtStart(command)) draft.isTest = true;
  if (word.text === "]]") draft.isTest = false;
  const isBracket = word.text === "[" || word.text === "[[";
  const sureLength = isBracket ? word.text.length : (word.sureLength ?? word.text.length);
  const { text, maySplit } = word;
  if (redirection === undefined) command.words.push({ text, sureLength, maySplit });
  else if (redirection === "in") command.readsUnseenInput = true;
  else if (redirection === "text") command.input = text;
  else if (redirection !== "out") {
    const { isQuoted } = word;
    documents.push({ command, delimiter: text, isQuoted, isIndented: redirection === "indented-document" });
  }
}

function isAtStart({ words }: SimpleCommand): boolean {
  return words.length < 5 && words.every(({ text }) => keywords.has(text));
}

const redirections: [operator: RegExp, redirection: Redirection][] = [
  [/<<</y, "text"],
  [/<<-/y, "indented-document"],
  [/<</y, "document"],
  [/<&|<>|&>>|&>|>>|>\||>&|>/y, "out"],
  [/</y, "in"],
];

/** Reads the operator of a redirection. Returns its length; 0 when there is none. */
export function startRedirection(draft: CommandDraft, text: string, at: number): number {
  for (const [operator, redirection] of redirections) {
    operator.lastIndex = at;
    const [found] = operator.exec(text) ?? [];
    if (found === undefined) continue;
    if (draft.word !== undefined && /^\d+$/.test(draft.word.text)) draft.word = undefined; // The number of a stream.
    finishWord(draft);
    draft.redirection = redirection;
    return found.length;
  }
  return 0;
}
