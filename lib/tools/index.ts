import type { Toolbox } from "../tool.ts";
import { askUserQuestions } from "./ask-user-questions.ts";
import { bash } from "./bash.ts";
import { codeSearch } from "./code-search.ts";
import { editFile } from "./edit-file.ts";
import { exitPlanMode } from "./exit-plan-mode.ts";
import { glob } from "./glob.ts";
import { createInputParser } from "./input/create-input-parser.ts";
import { listFiles } from "./list-files.ts";
import { readFile } from "./read-file.ts";
import { todoWrite } from "./todo-write.ts";
import { webFetch } from "./web-fetch.ts";
import { writeFile } from "./write-file.ts";

/** A tool is added here, and nowhere else. */
const tools = [
  readFile,
  writeFile,
  editFile,
  glob,
  codeSearch,
  listFiles,
  bash,
  todoWrite,
  askUserQuestions,
  exitPlanMode,
  webFetch,
];

export function createToolbox(): Toolbox {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return { tools, get: (name) => byName.get(name), parse: createInputParser(byName) };
}
