import { type ShellWord, unknownText } from "./command-draft.ts";
import {
  type Option,
  type OptionShape,
  isSure,
  joined,
  readOptions,
  sureWord,
  unknownWord,
} from "./options.ts";

/** What a program runs in turn: another command, or the text of one. `hidden` is code that the text does not show. */
export type Inner = { words: readonly ShellWord[] } | { script: ShellWord } | "hidden";

export interface WrapperShape extends OptionShape {
  /** Options whose value is the text of a command. */
  scripts?: readonly string[];
  /** Such an option may also stand after other words, and nothing else is run. */
  scriptsAnywhere?: boolean;
  /** Assignments may stand before the command. */
  assigns?: boolean;
  /** The command is one text, put together from all words that are left. */
  joins?: boolean;
  /** With one of these options it runs nothing. */
  onlyShows?: readonly string[];
  /** More arguments follow that the text does not show. */
  appends?: boolean;
}

const plain: WrapperShape = { valued: [] };
const sudo: WrapperShape = {
  valued: ["-u", "--user", "-g", "--group", "-h", "--host", "-p", "--prompt", "-C", "-D", "-R", "-T", "-U"],
  assigns: true,
};
const shellOption = { scripts: ["-c", "--command"], scriptsAnywhere: true };
const packageRunner: WrapperShape = { valued: ["-p", "--package"], scripts: ["-c", "--call"] };

/** Programs that run the command in their arguments. */
const wrappers = new Map<string, WrapperShape>([
  ...["nohup", "setsid", "builtin", "busybox", "toybox", "torsocks", "proxychains", "proxychains4"].map(
    (name) => [name, plain] as const,
  ),
  ...["pkexec", "dbus-run-session", "catchsegv", "unbuffer", "eatmydata", "fakeroot"].map(
    (name) => [name, plain] as const,
  ),
  ["sudo", sudo],
  ["doas", sudo],
  ["env", { valued: ["-u", "--unset", "-C", "--chdir"], scripts: ["-S", "--split-string"], assigns: true }],
  ["cross-env", { valued: [], assigns: true }],
  ["dotenv", { valued: ["-e", "-v"] }],
  ["command", { valued: [], onlyShows: ["-v", "-V"] }],
  ["exec", { valued: ["-a"] }],
  ["time", { valued: ["-f", "--format", "-o", "--output"] }],
  ["timeout", { valued: ["-k", "--kill-after", "-s", "--signal"], operands: 1 }],
  ["nice", { valued: ["-n", "--adjustment"] }],
  ["ionice", { valued: ["-c", "--class", "-n", "--classdata"] }],
  ["chrt", { valued: [], operands: 1 }],
  ["taskset", { valued: [], operands: 1 }],
  ["stdbuf", { valued: ["-i", "--input", "-o", "--output", "-e", "--error"] }],
  ["unshare", { valued: ["-R", "--root", "-w", "--wd", "-S", "--setuid", "-G", "--setgid"] }],
  ["nsenter", { valued: ["-t", "--target"] }],
  ["chroot", { valued: [], operands: 1 }],
  ["flock", { ...shellOption, valued: ["-w", "--timeout", "-E"], operands: 1 }],
  ["script", { ...shellOption, valued: ["-O", "-I", "-B", "-T", "-m", "-o"], operands: Infinity }],
  ["su", { ...shellOption, valued: ["-s", "--shell", "-g", "-G"], operands: Infinity }],
  ["runuser", { ...shellOption, valued: ["-u", "--user", "-s", "-g", "-G"] }],
  ["setpriv", { valued: ["--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps"] }],
  ["strace", { valued: ["-e", "-o", "-p", "-s", "-u", "-E", "-P"] }],
  ["ltrace", { valued: ["-e", "-o", "-p", "-s", "-u", "-n"] }],
  ["watch", { valued: ["-n", "--interval"], joins: true }],
  ["parallel", { valued: ["-j", "--jobs", "-a", "--arg-file", "-S"], joins: true, appends: true }],
  ["entr", { valued: [] }],
  ["systemd-run", { valued: ["-p", "--property", "-u", "--unit", "-E", "--setenv", "--slice"] }],
  ["xvfb-run", { valued: ["-n", "-s", "-e", "-f", "-w", "--server-args"] }],
  ["arch", { valued: ["-e", "-d"] }],
  ["caffeinate", { valued: ["-t", "-w"] }],
  [
    "xargs",
    {
      valued: ["-a", "-d", "-E", "-I", "-J", "-L", "-n", "-P", "-s", "--arg-file", "--delimiter"],
      appends: true,
    },
  ],
  ["npx", packageRunner],
  ["bunx", packageRunner],
  ["pnpx", packageRunner],
  ["pnpm exec", packageRunner],
  ["pnpm dlx", packageRunner],
  ["npm exec", packageRunner],
  ["npm x", packageRunner],
  ["yarn exec", plain],
  ["yarn dlx", packageRunner],
  ["bun x", packageRunner],
  ["uv run", { valued: ["--with", "-p", "--python", "--package", "--directory", "--project"] }],
  ["uvx", { valued: ["--from", "--with", "-p", "--python"] }],
  ["poetry run", plain],
  ["pipenv run", plain],
  ["pdm run", plain],
  ["hatch run", plain],
  ["bundle exec", plain],
  ["conda run", { valued: ["-n", "--name", "-p", "--prefix", "--cwd"] }],
  ["mise exec", { valued: ["-C", "--cd"] }],
  ["direnv exec", { valued: [], operands: 1 }],
  ["eval", { valued: [], joins: true }],
]);

/** What the wrapper of this name runs; undefined when it is no wrapper. `words` come after the name. */
export function insideWrapper(name: string, words: readonly ShellWord[]): Inner[] | undefined {
  const shape = wrappers.get(name);
  if (shape === undefined) return undefined;
  const { valued, scripts = [], operands = 0, onlyShows = [] } = shape;
  const read = readOptions(words, [...valued, ...scripts]);
  if (read.options.some((option) => onlyShows.includes(option.name))) return [];
  const found = scriptsOf(shape.scriptsAnywhere ? optionsAnywhere(words, scripts) : read.options, scripts);
  return shape.scriptsAnywhere && found.length > 0
    ? found
    : [...found, ...commandOf(read.rest.slice(operands), shape)];
}

function optionsAnywhere(words: readonly ShellWord[], names: readonly string[]): Option[] {
  const isScript = (text: string) => names.includes(text) || /^-[A-Za-z]*c$/.test(text);
  return words.flatMap((word, at) => (isScript(word.text) ? [{ name: "-c", value: words[at + 1] }] : []));
}

function scriptsOf(options: readonly Option[], names: readonly string[]): Inner[] {
  return options.flatMap(({ name, value }) =>
    names.includes(name) && value !== undefined ? [{ script: value }] : [],
  );
}

function commandOf(words: readonly ShellWord[], { joins, appends }: WrapperShape): Inner[] {
  if (words.length === 0) return [];
  const own = words.findIndex(({ text }) => text.startsWith(":::")); // What `parallel` fills in follows.
  const given = own < 0 ? words : words.slice(0, own);
  const command = given.map(withoutPlaceholder);
  if (joins) return [{ script: appends ? withMoreArguments(joined(command)) : joined(command) }];
  return [{ words: appends ? [...command, unknownWord] : words }];
}

/** The text of a command that gets further arguments. */
export function withMoreArguments(script: ShellWord): ShellWord {
  const text = `${script.text} ${unknownText}`;
  return isSure(script) ? sureWord(text) : { ...script, text };
}

/** What the program fills in for `{}` is unknown. */
export function withoutPlaceholder(word: ShellWord): ShellWord {
  const at = word.text.indexOf("{}");
  return at < 0 || !isSure(word) ? word : { text: word.text, sureLength: at, maySplit: true };
}
