export interface CommandParts {
  /** The simple commands, as they stand. */
  parts: string[];
  /** It holds substitutions, redirections into files, here-documents or unfinished quotes: its text does not tell all it does. */
  isOpaque: boolean;
}

/** Splits a shell command at `;`, `&`, `&&`, `|`, `||` and line ends outside of quotes. Knows little, and says when it does not know. */
export function splitCommand(command: string): CommandParts {
  const parts: string[] = [];
  let current = "";
  let quote = "";
  let isOpaque = false;
  for (let at = 0; at < command.length; at++) {
    const character = command.charAt(at);
    if (character === "\\" && quote !== "'") {
      current += character + command.charAt(++at);
      continue;
    }
    if (quote !== "'" && (character === "`" || character === "$")) isOpaque = true;
    if (quote === "" && startsOpaque(command, at)) isOpaque = true;
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (isSeparator(command, at)) {
      parts.push(current.trim());
      current = "";
      continue;
    }
    current += character;
  }
  parts.push(current.trim());
  return { parts: parts.filter((part) => part !== ""), isOpaque: isOpaque || quote !== "" };
}

/** Joining streams (`2>&1`) and throwing output away (`>/dev/null`) are harmless; every other redirection is not. */
const harmlessRedirection = /^(\d?>&\d|\d?>>? ?\/dev\/null(?=\s|$|[;|&]))/;

function startsOpaque(command: string, at: number): boolean {
  const character = command.charAt(at);
  if (character === "(" || character === ")" || character === "{" || character === "}" || character === "<")
    return true;
  if (character !== ">") return false;
  const start = /\d/.test(command.charAt(at - 1)) ? at - 1 : at;
  return !harmlessRedirection.test(command.slice(start)) && command.charAt(at - 1) !== ">";
}

function isSeparator(command: string, at: number): boolean {
  const character = command.charAt(at);
  if (character === ";" || character === "|" || character === "\n") return true;
  return character === "&" && command.charAt(at - 1) !== ">";
}
