import { append, appendUnknown, type CommandDraft, finishWord, startRedirection } from "./command-draft.ts";
import {
  readBackquote,
  readBraces,
  readDollar,
  readEscape,
  readQuoted,
  readSingleQuotes,
} from "./read-word.ts";
import {
  closeCommands,
  closeReader,
  dropCommand,
  finishCommand,
  isOverBound,
  match,
  openGroup,
  openReader,
  openSubstitution,
  readDocuments,
  type ShellReader,
  type ShellText,
  topOf,
} from "./shell-scopes.ts";

/**
 * Reads a shell command, or the body of a here-document. It is no shell parser: it finds more commands than run rather
 * than fewer. The time grows with the length of the text.
 */
export function readShell(text: string, start: "command" | "document" = "command"): ShellText {
  const reader = openReader(text, start);
  while (reader.at < text.length && !isOverBound(reader)) {
    const { kind, draft } = topOf(reader);
    if (kind === "quotes" || kind === "document") readQuoted(reader, draft, kind);
    else if (kind === "braces") readBraces(reader, draft);
    else readCommand(reader, draft);
  }
  const read = closeReader(reader);
  for (const body of reader.bodies) addDocument(read, readShell(body, "document"));
  return read;
}

function addDocument(read: ShellText, document: ShellText): void {
  read.commands.push(...document.commands);
  read.isTooLong ||= document.isTooLong;
  read.isUnclear ||= document.isUnclear;
}

function readCommand(reader: ShellReader, draft: CommandDraft): void {
  const { text, at } = reader;
  const plain = match(/[\w./:=,@%+~^-]+/y, text, at);
  if (plain !== "") append(draft, plain);
  const blank = match(/[ \t\r]+/y, text, at);
  if (blank !== "") finishWord(draft);
  reader.at += plain.length + blank.length;
  if (reader.at === at && !readOperator(reader, draft)) readSpecial(reader, draft);
}

/** Ends a command, or redirects its streams. */
function readOperator(reader: ShellReader, draft: CommandDraft): boolean {
  const { text, at } = reader;
  if (draft.word?.text === "]]") finishWord(draft);
  if (draft.isTest && readTestOperator(reader, draft)) return true;
  const operator = match(/[<>]\(|\|\||&&(?!>)|\|&|&(?!>)|[;|\n]/y, text, at);
  if (operator === "") {
    const length = startRedirection(draft, text, at);
    reader.at += length;
    return length > 0;
  }
  reader.at += operator.length;
  if (operator.endsWith("(")) openSubstitution(reader, draft, "parentheses");
  else finishCommand(reader, draft, operator === "|" || operator === "|&");
  if (operator === "\n") readDocuments(reader);
  return true;
}

function readTestOperator(reader: ShellReader, draft: CommandDraft): boolean {
  const operator = match(/[<>()|&]+/y, reader.text, reader.at);
  reader.at += operator.length;
  if (operator !== "") append(draft, operator);
  return operator !== "";
}

function readSpecial(reader: ShellReader, draft: CommandDraft): void {
  const character = reader.text.charAt(reader.at++);
  switch (character) {
    case "\\":
      return readEscape(reader, draft);
    case "'":
      return readSingleQuotes(reader, draft);
    case '"':
      append(draft, "", true);
      return void reader.scopes.push({ kind: "quotes", draft });
    case "$":
      return readDollar(reader, draft);
    case "`":
      return readBackquote(reader, draft);
    case "(":
      return openGroup(reader, draft);
    case ")":
      return closeCommands(reader, "parentheses") ? undefined : dropCommand(draft);
    default:
      return readOther(reader, draft, character);
  }
}

function readOther(reader: ShellReader, draft: CommandDraft, character: string): void {
  const { text, at } = reader;
  const isAtStart = draft.word === undefined;
  if (character === "#" && isAtStart) reader.at += match(/[^\n]*/y, text, at).length;
  else if (character === "{" && text.charAt(at) === "}")
    append(draft, "{"); // `find` and `xargs` use `{}`.
  else if (character === "}" && isAtStart) finishCommand(reader, draft);
  else if (character === "{" && isAtStart && /\s/.test(text.charAt(at))) finishCommand(reader, draft);
  else if ("*?[{".includes(character)) appendUnknown(draft, character, false);
  else append(draft, character);
}
