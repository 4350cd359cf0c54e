import type { ShellWord } from "./command-draft.ts";
import { asScript } from "./interpreters.ts";
import { type Option, readOptions, sureWord, tail, unknownWord } from "./options.ts";
import { readShell } from "./read-shell.ts";
import type { Inner } from "./wrappers.ts";

const gitValued = ["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source"];

/** What git runs in turn: through its configuration, an alias, or a subcommand that takes a command. `words` come after `git`. */
export function insideGit(words: readonly ShellWord[]): Inner[] {
  const { options, rest } = readOptions(words, gitValued);
  const settings = options.flatMap(settingOf);
  const [subcommand, ...others] = rest;
  return [
    ...settings.flatMap(({ key, value }) => insideSetting(key, value)),
    ...settings.flatMap(({ key, value }) =>
      key === `alias.${subcommand?.text.toLowerCase()}` ? insideAlias(value, others) : [],
    ),
    ...(subcommand === undefined ? [] : insideSubcommand(subcommand.text, others)),
  ];
}

interface Setting {
  /** In lower case. */
  key: string;
  value: ShellWord;
}

function settingOf({ name, value }: Option): Setting[] {
  if (value === undefined || (name !== "-c" && name !== "--config-env")) return [];
  const equals = value.text.indexOf("=");
  if (equals < 0) return [];
  const key = value.text.slice(0, equals).toLowerCase();
  // The value of `--config-env` is the name of a variable.
  const given = name === "-c" ? tail(value, equals + 1) : unknownWord;
  return [{ key, value: given }];
}

const keysOfPrograms =
  /(command|pager|editor|fsmonitor|external|textconv|clean|smudge|process|program|driver|askpass|proxy|cmd|hookspath)$|^(credential|pager)\./;

/** The program that a setting names. */
function insideSetting(key: string, value: ShellWord): Inner[] {
  if (key.startsWith("alias.")) return value.text.startsWith("!") ? [{ script: tail(value, 1) }] : [];
  if (!keysOfPrograms.test(key) || /^(true|false|\d*)$/.test(value.text)) return [];
  return [{ script: value.text.startsWith("!") ? tail(value, 1) : value }];
}

/** `git -c alias.p=push p origin` is `git push origin`. */
function insideAlias(value: ShellWord, others: readonly ShellWord[]): Inner[] {
  if (value.text.startsWith("!")) return [];
  const expanded = readShell(value.text).commands.flatMap((command) => command.words);
  return [{ words: [sureWord("git"), ...expanded, ...others] }];
}

function insideSubcommand(name: string, words: readonly ShellWord[]): Inner[] {
  switch (name) {
    case "submodule":
      return words[0]?.text === "foreach" ? asScript(readOptions(words.slice(1), []).rest) : [];
    case "bisect":
      return words[0]?.text === "run" ? [{ words: words.slice(1) }] : [];
    case "rebase":
      return valuesOf(words, ["-x", "--exec"]);
    case "difftool":
    case "mergetool":
      return valuesOf(words, ["-x", "--extcmd"]);
    case "clone":
    case "fetch":
    case "pull":
    case "ls-remote":
      return valuesOf(words, ["-u", "--upload-pack"]);
    case "filter-branch":
      return words.flatMap((word, at) =>
        /^--[a-z-]+-filter$/.test(word.text) ? scriptAt(words, at + 1) : [],
      );
    case "config":
      return insideConfig(words);
    default:
      return [];
  }
}

function valuesOf(words: readonly ShellWord[], names: readonly string[]): Inner[] {
  return words.flatMap((word, at) => {
    const name = names.find((one) => word.text === one || word.text.startsWith(`${one}=`));
    if (name === undefined) return [];
    return word.text === name ? scriptAt(words, at + 1) : [{ script: tail(word, name.length + 1) }];
  });
}

function scriptAt(words: readonly ShellWord[], at: number): Inner[] {
  const script = words[at];
  return script === undefined ? [] : [{ script }];
}

/** `git config alias.p push`: who may not push may not prepare it either. */
function insideConfig(words: readonly ShellWord[]): Inner[] {
  const [key, value] = words.filter(({ text }) => !text.startsWith("-") && text !== "set");
  if (key === undefined || value === undefined) return [];
  const name = key.text.toLowerCase();
  return name.startsWith("alias.") && !value.text.startsWith("!")
    ? insideAlias(value, [])
    : insideSetting(name, value);
}
