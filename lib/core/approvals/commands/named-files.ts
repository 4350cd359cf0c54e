import { posix } from "node:path";
import { isSure } from "./options.ts";
import { seeThrough } from "./see-through.ts";

/** Files that a program reads by itself to find out what to run. */
const implied: [programs: RegExp, files: string[]][] = [
  [/^g?make$/, ["Makefile", "makefile", "GNUmakefile"]],
  [/^(npm|npx|pnpm|yarn|bun|bunx|lerna|turbo|nx)$/, ["package.json"]],
  [/^cargo$/, ["Cargo.toml", "build.rs", ".cargo/config.toml"]],
  [/^go$/, ["go.mod"]],
  [/^(just)$/, ["justfile", "Justfile"]],
  [/^(task)$/, ["Taskfile.yml", "Taskfile.yaml"]],
  [/^(rake|bundle)$/, ["Rakefile", "Gemfile"]],
  [/^(pytest|tox|nox|pip|pip3|poetry|uv|hatch)$/, ["pyproject.toml", "setup.py", "conftest.py", "tox.ini"]],
  [/^(mvn|mvnw)$/, ["pom.xml"]],
  [/^(gradle|gradlew)$/, ["build.gradle", "build.gradle.kts", "settings.gradle"]],
  [/^(docker|docker-compose|podman)$/, ["Dockerfile", "compose.yaml", "docker-compose.yml"]],
  [/^(tsc|vitest|jest|eslint|webpack|vite|rollup)$/, ["package.json", "tsconfig.json"]],
  [/^(git)$/, [".gitattributes", ".gitmodules"]],
  [/^(direnv)$/, [".envrc"]],
];

const filesMax = 100;
const foldersMax = 4;
const nameCharactersMax = 300;

/** Paths that the text of a command may mean: its words, what its programs read by themselves, both also below folders it changes to. Most do not exist. */
export function filesNamedIn(command: string): string[] {
  const { commands } = seeThrough(command);
  const words = commands.flat().flatMap((word) => (isSure(word) ? [word.text] : []));
  const programs = new Set(commands.flatMap(([program]) => (program ? [program.text] : [])));
  const read = implied.flatMap(([names, files]) =>
    [...programs].some((program) => names.test(program)) ? files : [],
  );
  const written = command.split(/[\s;|&<>()'"`=,]+/, 10 * filesMax);
  const names = [...words, ...written, ...words.flatMap((word) => word.split("="))].filter(isName);
  const paths = [...new Set([...read, ...names])].slice(0, filesMax);
  return foldersOf(commands.map((one) => one.map(({ text }) => text))).flatMap((folder) =>
    paths.map((path) => (path.startsWith("/") ? path : posix.join(folder, path))),
  );
}

/** The folder of the workspace, and those that the command changes to. */
function foldersOf(commands: readonly string[][]): string[] {
  const entered = commands.flatMap(([program, folder]) =>
    program === "cd" && folder !== undefined && isName(folder) ? [folder] : [],
  );
  return [".", ...new Set(entered)].slice(0, foldersMax);
}

function isName(text: string): boolean {
  return text !== "" && text.length <= nameCharactersMax && !text.startsWith("-");
}
