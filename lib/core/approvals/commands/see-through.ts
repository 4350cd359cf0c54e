import { keywords, type ShellWord, type SimpleCommand } from "./command-draft.ts";
import { insideGit } from "./git-command.ts";
import { insideInterpreter } from "./interpreters.ts";
import { isSure, sureWord, tail, unknownWord, unsureWord } from "./options.ts";
import { readShell } from "./read-shell.ts";
import { commandsMax } from "./shell-scopes.ts";
import { withoutGlobalOptions } from "./subcommands.ts";
import { type Inner, insideWrapper } from "./wrappers.ts";

/** All that a command line is seen to run. */
export interface SeenCommands {
  /** Each program with its arguments, also those inside of wrappers: first the program without its folder, then, for programs with subcommands, without the options before these. */
  commands: (readonly ShellWord[])[];
  /** It has more commands, or wrappers inside of wrappers, than are followed. */
  isTooLong: boolean;
  /** It runs code that the text does not show or that is not read. */
  hidesCode: boolean;
}

/** Wrappers inside of wrappers that are followed. */
const wrappersMax = 10;

/** Sees through wrappers, shells, substitutions and git. The time grows with the length of the command. */
export function seeThrough(command: string): SeenCommands {
  const seen: SeenCommands = { commands: [], isTooLong: false, hidesCode: false };
  readScript(seen, command, 0);
  return seen;
}

function readScript(seen: SeenCommands, script: string, depth: number): void {
  const { commands, isTooLong, isUnclear } = readShell(script);
  seen.isTooLong ||= isTooLong;
  seen.hidesCode ||= isUnclear;
  for (const command of commands) follow(seen, command, depth);
}

/** Adds the command, and what it runs in turn. */
function follow(seen: SeenCommands, command: Followed, depth: number): void {
  const { assignments, words } = withoutPrefix(command.words);
  for (const assignment of assignments) followInner(seen, insideAssignment(assignment), depth);
  const [program, ...rest] = words;
  if (program === undefined) return;
  if (seen.commands.length >= 2 * commandsMax || depth > wrappersMax) return void (seen.isTooLong = true);
  const plain = withoutFolder(program, rest);
  const short = withoutGlobalOptions(plain);
  seen.commands.push(short);
  if (short !== plain) seen.commands.push(plain);
  followInner(seen, insideOf(plain, short, command), depth);
}

type Followed = Pick<SimpleCommand, "input" | "readsUnseenInput"> & { words: readonly ShellWord[] };

function followInner(seen: SeenCommands, inner: readonly Inner[], depth: number): void {
  for (const one of inner) {
    if (one === "hidden") seen.hidesCode = true;
    else if ("words" in one) follow(seen, { ...noInput, words: one.words }, depth + 1);
    else if (isSure(one.script)) readScript(seen, one.script.text, depth + 1);
    else readUnsure(seen, one.script, depth + 1);
  }
}

const noInput = { input: undefined, readsUnseenInput: false };

/** A text of which only the start is known: what is written is read, and anything may follow. */
function readUnsure(seen: SeenCommands, script: ShellWord, depth: number): void {
  readScript(seen, script.text, depth);
  if (script.sureLength === 0) seen.commands.push([unknownWord]);
  seen.hidesCode = true;
}

function insideOf(
  plain: readonly ShellWord[],
  short: readonly ShellWord[],
  command: Followed,
): readonly Inner[] {
  const [program, ...words] = plain;
  const name = program?.text ?? "";
  if (name === "git") return insideGit(words);
  const [, second, ...others] = short;
  return (
    insideWrapper(`${name} ${second?.text}`, others) ??
    insideWrapper(name, words) ??
    insideInterpreter(name, words, command) ??
    []
  );
}

const assignment = /^[A-Za-z_]\w*(\[[^\]]*\])?\+?=/;

/** Takes keywords and assignments away that stand before the program. */
function withoutPrefix(words: readonly ShellWord[]): {
  assignments: ShellWord[];
  words: readonly ShellWord[];
} {
  const isPrefix = ({ text }: ShellWord) => keywords.has(text) || assignment.test(text);
  const start = words.findIndex((word) => !isPrefix(word));
  const prefix = start < 0 ? words : words.slice(0, start);
  return {
    assignments: prefix.filter(({ text }) => assignment.test(text)),
    words: start < 0 ? [] : words.slice(start),
  };
}

/** Variables whose value is a command. */
const variablesOfPrograms = /(COMMAND|EDITOR|PAGER|ASKPASS|BROWSER|SSH|PROXY_COMMAND|SHELL)$/;

function insideAssignment(word: ShellWord): Inner[] {
  const equals = word.text.indexOf("=");
  return variablesOfPrograms.test(word.text.slice(0, equals)) ? [{ script: tail(word, equals + 1) }] : [];
}

/** `/bin/rm` is `rm`, and `git-push` is `git push`. */
function withoutFolder(program: ShellWord, rest: readonly ShellWord[]): readonly ShellWord[] {
  const name = program.text.slice(program.text.lastIndexOf("/") + 1);
  if (!isSure(program) && (program.maySplit || program.sureLength > 0 || name.includes("$")))
    return [program.text.includes("/") ? unsureWord(program) : program, ...rest];
  return name.startsWith("git-")
    ? [sureWord("git"), sureWord(name.slice(4)), ...rest]
    : [sureWord(name), ...rest];
}
