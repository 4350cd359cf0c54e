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

/** Words that may stand before a command without being it. */
const leadingWords = new Set("if then elif else while until do ! time command builtin exec nohup".split(" "));
const assignment = /^[A-Za-z_]\w*\+?=/;

/**
 * A part without what may hide its name: keywords, assignments, quotes, escapes, a path, blanks. For rules that forbid; a
 * shell has more disguises than any list.
 */
export function undisguised(part: string): string {
  const words = part.replace(/\\(.)/gs, "$1").replace(/['"]/g, "").split(/\s+/);
  const start = words.findIndex((word) => !leadingWords.has(word) && !assignment.test(word));
  const [name = "", ...rest] = words.slice(Math.max(start, 0));
  return [name.replace(/^.*\//s, ""), ...rest].join(" ");
}

/** Commands that run what stands in their arguments, so that the text tells less than it seems to. */
const carriers = new Set(
  "sudo doas su env xargs bash sh zsh dash ksh eval source . timeout nice setsid find parallel watch ssh".split(
    " ",
  ),
);

export function carriesAnother(part: string): boolean {
  return carriers.has(undisguised(part).split(" ", 1)[0] ?? "");
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
