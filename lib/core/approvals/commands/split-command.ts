import { commandsMax } from "./shell-scopes.ts";

export interface SplitCommand {
  /** The simple commands, as they are written. */
  parts: string[];
  /** The text does not show all that the command does: it holds a substitution, a group, a redirection into a file, a here-document or an unfinished quote. */
  isOpaque: boolean;
}

/**
 * Splits a shell command at `;`, `&`, `&&`, `|`, `||` and line ends outside of quotes, for rules that allow: they hold for
 * commands as they are written. What it does not understand makes the command opaque, as do too many parts.
 */
export function splitCommand(command: string): SplitCommand {
  const parts: string[] = [];
  let current = "";
  let quote = "";
  /** The last character, unless it was escaped. */
  let previous = "";
  let isOpaque = false;
  for (let at = 0; at < command.length; at++) {
    const character = command.charAt(at);
    if (character === "\\" && quote !== "'") {
      const escaped = command.charAt(++at);
      if (escaped === "\n") continue; // A shell joins such lines.
      current += character + escaped;
      previous = "";
      continue;
    }
    if (quote !== "'" && (character === "`" || character === "$")) isOpaque = true;
    if (quote === "" && startsOpaque(command, at, previous)) isOpaque = true;
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (isSeparator(character, previous)) {
      parts.push(current.trim());
      if (parts.length > commandsMax) return { parts: [], isOpaque: true };
      current = "";
      previous = character;
      continue;
    }
    current += character;
    previous = character;
  }
  parts.push(current.trim());
  // The lines of a here-document are no commands.
  const isCommands = !/<<[^<]/.test(command);
  return { parts: isCommands ? parts.filter((part) => part !== "") : [], isOpaque: isOpaque || quote !== "" };
}

/** Joining streams (`2>&1`) and throwing output away (`>/dev/null`) are harmless; every other redirection is not. */
const harmlessRedirection = /\d?(>&\d|>>? ?\/dev\/null)(?=[ \t\n;|&]|$)/y;

function startsOpaque(command: string, at: number, previous: string): boolean {
  const character = command.charAt(at);
  if ("(){}<".includes(character)) return true;
  // In a comment, quotes mean nothing.
  if (character === "#") return at === 0 || /[\s;&|]/.test(command.charAt(at - 1));
  if (character !== ">") return false;
  harmlessRedirection.lastIndex = /\d/.test(previous) ? at - 1 : at;
  return previous !== ">" && !harmlessRedirection.test(command);
}

function isSeparator(character: string, previous: string): boolean {
  if (character === ";" || character === "|" || character === "\n") return true;
  return character === "&" && previous !== ">";
}
