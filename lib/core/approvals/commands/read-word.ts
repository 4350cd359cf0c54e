import { append, appendUnknown, type CommandDraft, unknownText } from "./command-draft.ts";
import { closeCommands, isInQuotes, match, openSubstitution, type ShellReader } from "./shell-scopes.ts";

export function readQuoted(reader: ShellReader, draft: CommandDraft, kind: "quotes" | "document"): void {
  const { text, at } = reader;
  const plain = match(/[^"\\$`]+/y, text, at);
  const character = text.charAt(at);
  reader.at += Math.max(plain.length, 1);
  if (plain !== "") append(draft, plain, true);
  else if (character === '"' && kind === "quotes") reader.scopes.pop();
  else if (character === "\\") append(draft, unescaped(text.charAt(reader.at++)), true);
  else if (character === "$") readDollar(reader, draft);
  else if (character === "`") readBackquote(reader, draft);
  else append(draft, character, true);
}

/** In quotes a backslash stays, except before these. */
function unescaped(character: string): string {
  if (character === "\n") return "";
  return character !== "" && '"\\$`'.includes(character) ? character : `\\${character}`;
}

/** The inside of `${...}`. */
export function readBraces(reader: ShellReader, draft: CommandDraft): void {
  const character = reader.text.charAt(reader.at++);
  if (character === "}") reader.scopes.pop();
  else if (character === "\\") reader.at++;
  else if (character === "$") readDollar(reader, draft);
  else if (character === "`") readBackquote(reader, draft);
}

/** After a `$`. */
export function readDollar(reader: ShellReader, draft: CommandDraft): void {
  const { text, at } = reader;
  const isQuoted = isInQuotes(reader);
  const next = text.charAt(at);
  if (next === "'" && !isQuoted) return readEscapedQuotes(reader, draft);
  if (next === '"' && !isQuoted) return; // A text to translate: it is read as a quoted text.
  const arithmetic = match(/\(\([\w\s+*/%<>=!&|^~?:,.$[\]{}#-]*\)\)/y, text, at);
  reader.at += arithmetic === "" ? Number(next === "(" || next === "{") : arithmetic.length;
  if (arithmetic !== "") return appendUnknown(draft, unknownText, true);
  if (next === "(") return openSubstitution(reader, draft, "parentheses");
  const name = match(/[A-Za-z_]\w*|[\d@*#?$!-]/y, text, reader.at);
  reader.at += name.length;
  if (next === "{" || name !== "") appendUnknown(draft, name === "" ? unknownText : `$${name}`, isQuoted);
  else append(draft, "$", isQuoted);
  if (next === "{") reader.scopes.push({ kind: "braces", draft });
}

/** `$'...'`. With an escape in it, it may say anything. */
function readEscapedQuotes(reader: ShellReader, draft: CommandDraft): void {
  const content = match(/(?:[^'\\]+|\\[^])*/y, reader.text, reader.at + 1);
  if (content.includes("\\")) appendUnknown(draft, content, true);
  else append(draft, content, true);
  reader.at += content.length + 2;
}

export function readBackquote(reader: ShellReader, draft: CommandDraft): void {
  if (!closeCommands(reader, "backticks")) openSubstitution(reader, draft, "backticks");
}

export function readSingleQuotes(reader: ShellReader, draft: CommandDraft): void {
  const { text, at } = reader;
  const end = text.indexOf("'", at);
  if (end < 0) reader.read.isUnclear = true;
  append(draft, text.slice(at, end < 0 ? undefined : end), true);
  reader.at = end < 0 ? text.length : end + 1;
}

export function readEscape(reader: ShellReader, draft: CommandDraft): void {
  const escaped = reader.text.charAt(reader.at++);
  if (escaped !== "\n") append(draft, escaped, true); // A shell joins lines that end with a backslash.
}
