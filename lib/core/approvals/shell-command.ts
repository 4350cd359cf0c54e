export interface SplitCommand {
  /** The simple commands, as they are written. */
  parts: string[];
  /** The text does not show all that the command does: it holds a substitution, a group, a redirection into a file, a here-document or an unfinished quote. */
  isOpaque: boolean;
}

/** Splits a shell command at `;`, `&`, `&&`, `|`, `||` and line ends outside of quotes. It is no shell parser: what it does not understand makes the command opaque. */
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
      current = "";
      previous = character;
      continue;
    }
    current += character;
    previous = character;
  }
  parts.push(current.trim());
  return { parts: parts.filter((part) => part !== ""), isOpaque: isOpaque || quote !== "" };
}

/** Words that may stand before a command without being it. */
const leadingWords = new Set(
  "if then elif else while until do ! time coproc command builtin exec nohup".split(" "),
);
const assignment = /^[A-Za-z_]\w*(\[.*\])?\+?=/;

/**
 * A simple command without what can disguise it: keywords, assignments, quotes, escapes, the path of the program, blanks,
 * harmless redirections. For rules that forbid. The list is not complete: a shell knows more disguises.
 */
export function bareCommand(part: string): string {
  const bare = part.replace(/\d?(>&\d|>>? ?\/dev\/null)(?=\s|$)/g, " ").trim();
  const words = bare.replace(/\\(.)/gs, "$1").replace(/['"]/g, "").split(/\s+/);
  const start = words.findIndex((word) => !leadingWords.has(word) && !assignment.test(word));
  const [name = "", ...rest] = words.slice(Math.max(start, 0));
  return [name.replace(/^.*\//s, ""), ...rest].join(" ");
}

/** Programs that run a command given in their arguments. */
const launchers = new Set(
  [
    "sudo doas su env xargs bash sh zsh dash ksh fish busybox eval source . trap alias timeout nice ionice setsid",
    "stdbuf flock chroot unshare script find parallel watch ssh awk perl python python3 ruby node php",
  ].flatMap((line) => line.split(" ")),
);

export function runsAnotherCommand(part: string): boolean {
  const name = bareCommand(part).split(" ", 1)[0] ?? "";
  return launchers.has(name) || isNoPlainName(name);
}

/** The shell expands it to another name, or it is an option of a leading word (`command -p`). */
function isNoPlainName(name: string): boolean {
  return name.startsWith("-") || (/[*?[]/.test(name) && name !== "[" && name !== "[[");
}

/** Joining streams (`2>&1`) and throwing output away (`>/dev/null`) are harmless; every other redirection is not. */
const harmlessRedirection = /^\d?(>&\d|>>? ?\/dev\/null)(?=[ \t\n;|&]|$)/;

function startsOpaque(command: string, at: number, previous: string): boolean {
  const character = command.charAt(at);
  if ("(){}<".includes(character)) return true;
  // In a comment, quotes mean nothing.
  if (character === "#") return at === 0 || /[\s;&|]/.test(command.charAt(at - 1));
  if (character !== ">") return false;
  const start = /\d/.test(previous) ? at - 1 : at;
  return previous !== ">" && !harmlessRedirection.test(command.slice(start));
}

function isSeparator(character: string, previous: string): boolean {
  if (character === ";" || character === "|" || character === "\n") return true;
  return character === "&" && previous !== ">";
}
