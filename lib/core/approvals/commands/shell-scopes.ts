import type { CommandDraft, HereDocument, SimpleCommand } from "./command-draft.ts";
import { appendUnknown, finishWord, newDraft, unknownText } from "./command-draft.ts";

export interface ShellText {
  /** Every simple command in the text, also those inside of substitutions, groups and here-documents. */
  commands: SimpleCommand[];
  /** The text has more commands or deeper nesting than is read. The rest was not read. */
  isTooLong: boolean;
  /** The text ends inside of a quote or a group, or it is nested in a way that is not followed. */
  isUnclear: boolean;
}

/** Where the reader stands: in a list of commands, or inside of a word. */
export interface Scope {
  kind: "command" | "parentheses" | "backticks" | "quotes" | "braces" | "document";
  draft: CommandDraft;
}

export interface ShellReader {
  text: string;
  at: number;
  scopes: Scope[];
  /** Here-documents whose bodies begin after this line. */
  documents: HereDocument[];
  /** Bodies of here-documents in which the shell expands substitutions. */
  bodies: string[];
  read: ShellText;
}

export const commandsMax = 500;
const depthMax = 50;

export function openReader(text: string, start: "command" | "document"): ShellReader {
  const documents: HereDocument[] = [];
  const draft = newDraft(documents, { isList: start === "document" });
  const scopes: Scope[] = [{ kind: "command", draft }];
  if (start === "document") scopes.push({ kind: "document", draft });
  return {
    ...{ text, at: 0, scopes, documents, bodies: [] },
    read: { commands: [], isTooLong: false, isUnclear: false },
  };
}

export function closeReader(reader: ShellReader): ShellText {
  if (reader.scopes.some(({ kind }) => kind !== "command" && kind !== "document"))
    reader.read.isUnclear = true;
  for (const { draft } of reader.scopes) finishCommand(reader, draft);
  return reader.read;
}

export function isOverBound({ scopes, read }: ShellReader): boolean {
  read.isTooLong ||= scopes.length > depthMax || read.commands.length >= commandsMax;
  return read.isTooLong;
}

export function topOf({ scopes }: ShellReader): Scope {
  const top = scopes.at(-1);
  if (top === undefined) throw new Error("The scope of the whole text is never closed.");
  return top;
}

/** What a sticky pattern finds at this place; "" when it finds nothing. */
export function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

/** Opens commands inside of a word, such as `$(`. */
export function openSubstitution(
  reader: ShellReader,
  draft: CommandDraft,
  kind: "parentheses" | "backticks",
): void {
  appendUnknown(draft, unknownText, isInQuotes(reader));
  reader.scopes.push({ kind, draft: newDraft(reader.documents) });
}

export function isInQuotes(reader: ShellReader): boolean {
  const { kind } = topOf(reader);
  return kind === "quotes" || kind === "document";
}

/** Opens a group of commands, or the values of a list. */
export function openGroup(reader: ShellReader, draft: CommandDraft): void {
  const isList = draft.word?.text.endsWith("=") ?? false;
  if (!isList) finishCommand(reader, draft);
  reader.scopes.push({ kind: "parentheses", draft: newDraft(reader.documents, { isList }) });
}

/** Closes the innermost scope of this kind, with what is still open inside of it. False when none is open. */
export function closeCommands(reader: ShellReader, kind: "parentheses" | "backticks"): boolean {
  const opened = reader.scopes.findLastIndex((scope) => scope.kind === kind);
  if (opened < 0) return false;
  // The `)` of a pattern of `case` ends such a scope too early.
  reader.read.isUnclear ||= reader.scopes.some(({ draft }) => draft.command.words[0]?.text === "case");
  for (const { draft } of reader.scopes.splice(opened)) finishCommand(reader, draft);
  return true;
}

/** `isPiped`: the next command reads the output of this one. */
export function finishCommand({ read, scopes }: ShellReader, draft: CommandDraft, isPiped = false): void {
  finishWord(draft);
  const { command, documents, isList } = draft;
  if (command.words[0]?.text === "case" && scopes.length > 1) read.isUnclear = true;
  if (command.words.length > 0 && !isList) read.commands.push(command);
  Object.assign(draft, newDraft(documents, { readsUnseenInput: isPiped, isList }));
}

/** A `)` that nothing has opened ends a pattern of `case`. */
export function dropCommand(draft: CommandDraft): void {
  finishWord(draft);
  Object.assign(draft, newDraft(draft.documents));
}

/** Reads the bodies of here-documents, after the end of their line. */
export function readDocuments(reader: ShellReader): void {
  for (const { command, delimiter, isQuoted, isIndented } of reader.documents.splice(0)) {
    const body = readBody(reader, (line) => (isIndented ? line.replace(/^\t+/, "") : line) === delimiter);
    command.input = body;
    if (!isQuoted && /[$`]/.test(body)) reader.bodies.push(body);
  }
}

function readBody(reader: ShellReader, isEnd: (line: string) => boolean): string {
  const { text, at: start } = reader;
  while (reader.at < text.length) {
    const lineStart = reader.at;
    const newline = text.indexOf("\n", lineStart);
    const lineEnd = newline < 0 ? text.length : newline;
    reader.at = Math.min(lineEnd + 1, text.length);
    if (isEnd(text.slice(lineStart, lineEnd))) return text.slice(start, lineStart);
  }
  return text.slice(start);
}
