import type { ShellWord, SimpleCommand } from "./command-draft.ts";
import { joined, readOptions, sureWord, tail, unknownWord } from "./options.ts";
import { type Inner, withMoreArguments, withoutPlaceholder } from "./wrappers.ts";

/** What a shell or another interpreter runs; undefined when the program is none. `words` come after the name. */
export function insideInterpreter(
  name: string,
  words: readonly ShellWord[],
  command: Pick<SimpleCommand, "input" | "readsUnseenInput">,
): Inner[] | undefined {
  if (shells.has(name)) return insideShell(words, command);
  if (name === "trap") return words.map((word) => ({ script: word }));
  if (name === "alias") return words.map((word) => ({ script: aliasedCommand(word) }));
  if (name === "find") return insideFind(words);
  const language = languages.find(({ names }) => names.test(name));
  return language && insideLanguage(language.code, words, command);
}

const shells = new Set("sh bash zsh dash ash ksh mksh fish rbash".split(" "));
const shellValued = ["-o", "+o", "-O", "+O", "--rcfile", "--init-file"];

function insideShell(
  words: readonly ShellWord[],
  { input, readsUnseenInput }: Pick<SimpleCommand, "input" | "readsUnseenInput">,
): Inner[] {
  const { options, rest } = readOptions(words, shellValued);
  const [script] = rest;
  if (options.some(({ name }) => isCommandOption(name))) return script === undefined ? [] : [{ script }];
  const readsInput = script === undefined || options.some(({ name }) => /^-\w*s/.test(name));
  if (!readsInput) return [];
  if (input !== undefined) return [{ script: sureWord(input) }];
  return readsUnseenInput ? [{ script: unknownWord }] : [];
}

/** `-c`, also among others as in `-lc`. */
function isCommandOption(name: string): boolean {
  return name === "--command" || /^-[A-Za-z]*c[A-Za-z]*$/.test(name);
}

/** The command behind `name=`, with the arguments that it will get. */
function aliasedCommand(word: ShellWord): ShellWord {
  return withMoreArguments(tail(word, word.text.indexOf("=") + 1));
}

/** What `-exec` and its like run, up to `;` or `+`. */
function insideFind(words: readonly ShellWord[]): Inner[] {
  const found: Inner[] = [];
  for (let at = 0; at < words.length; at++) {
    if (!/^-(exec|ok)(dir)?$/.test(words[at]?.text ?? "")) continue;
    const start = at + 1;
    while (at < words.length && !/^[;+]$/.test(words[at]?.text ?? "")) at++;
    found.push({ words: words.slice(start, at).map(withoutPlaceholder) });
  }
  return found;
}

/** Interpreters of other languages, and the options after which code follows. */
const languages: { names: RegExp; code: RegExp }[] = [
  { names: /^(python|pypy)[\d.]*$/, code: /^-[A-Za-z]*c/ },
  { names: /^(perl|ruby|lua|osascript)[\d.]*$/, code: /^-[A-Za-z]*[eE]/ },
  { names: /^(node|nodejs|bun|deno|ts-node|tsx)$/, code: /^(-[A-Za-z]*[ep]|--eval|--print|eval)/ },
  { names: /^php[\d.]*$/, code: /^-[A-Za-z]*r/ },
  { names: /^[gmn]?awk$/, code: /system|getline|\|/ },
  { names: /^sed$/, code: /\/[gimp\d]*e[gimp\d]*$|^\s*[\d,$]*e\s/i },
];

/** Code of another language is not read. `python -m module` runs a module as if it were a program. */
function insideLanguage(
  code: RegExp,
  words: readonly ShellWord[],
  { input, readsUnseenInput }: Pick<SimpleCommand, "input" | "readsUnseenInput">,
): Inner[] {
  const module = words.findIndex(({ text }) => text === "-m");
  const [first] = words;
  const isModule = module >= 0 && words.slice(0, module).every(({ text }) => text.startsWith("-"));
  if (isModule) return [{ words: words.slice(module + 1) }];
  if (words.some(({ text }) => code.test(text))) return ["hidden"];
  const readsCode = (first === undefined || first.text === "-") && !code.test("system");
  return readsCode && (input !== undefined || readsUnseenInput) ? ["hidden"] : [];
}

/** For `git submodule foreach` and its like, which join their words to one text for a shell. */
export function asScript(words: readonly ShellWord[]): Inner[] {
  return words.length === 0 ? [] : [{ script: joined(words) }];
}
