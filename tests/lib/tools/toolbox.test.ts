import { expect, test } from "vitest";
import { Ajv2020 } from "ajv/dist/2020.js";
import { problem, tool, toolbox } from "./room.ts";

const expected: Record<string, { required: string[]; fields: string[]; effect: string; asks: string }> = {
  readFile: {
    required: ["file_path"],
    fields: ["file_path", "start_line", "line_count"],
    effect: "pure",
    asks: "never",
  },
  writeFile: {
    required: ["file_path", "content"],
    fields: ["file_path", "content"],
    effect: "checkable",
    asks: "edit",
  },
  editFile: {
    required: ["file_path", "edits"],
    fields: ["file_path", "edits"],
    effect: "checkable",
    asks: "edit",
  },
  glob: { required: ["pattern"], fields: ["pattern", "path"], effect: "pure", asks: "never" },
  codeSearch: {
    required: ["pattern", "path"],
    fields: ["pattern", "path", "file_types"],
    effect: "pure",
    asks: "never",
  },
  listFiles: {
    required: ["directory_path"],
    fields: ["directory_path", "max_depth"],
    effect: "pure",
    asks: "never",
  },
  bash: { required: ["command"], fields: ["command", "runInBackground"], effect: "unsafe", asks: "command" },
  todoWrite: { required: ["todos"], fields: ["todos"], effect: "pure", asks: "never" },
  askUserQuestions: { required: ["questions"], fields: ["questions"], effect: "pure", asks: "question" },
  exitPlanMode: { required: ["plan"], fields: ["plan"], effect: "pure", asks: "plan" },
  webFetch: { required: ["url"], fields: ["url"], effect: "pure", asks: "fetch" },
};

test("the toolbox offers the desktop's eleven tools with their inputs", () => {
  const offered = toolbox.tools.map(({ name, inputSchema, effect, asks }) => [
    name,
    {
      required: inputSchema["required"],
      fields: Object.keys(inputSchema["properties"] as object),
      effect,
      asks,
    },
  ]);
  expect(Object.fromEntries(offered)).toEqual(expected);
});

test.each(toolbox.tools.map(({ name }) => name))("%s has a closed, strict schema and a prompt", (name) => {
  const { inputSchema, description } = tool(name);
  expect(inputSchema["additionalProperties"]).toBe(false);
  expect(() => new Ajv2020({ strict: true }).compile(inputSchema)).not.toThrow();
  expect(description.length).toBeGreaterThan(200);
  expect(description.length).toBeLessThan(3000);
});

test("parse takes an object, the JSON text of one, and one that was encoded twice", () => {
  const input = { file_path: "a" };
  expect(toolbox.parse("readFile", input)).toEqual({ input });
  expect(toolbox.parse("readFile", '{"file_path":"a"}')).toEqual({ input });
  expect(toolbox.parse("readFile", JSON.stringify('{"file_path":"a"}'))).toEqual({ input });
});

test.each([
  ["not JSON", '{"file_path": "a', /must be one JSON object.*Received: "\{\\"file_path\\": \\"a"/],
  ["empty text", "", /must be one JSON object.*Received: ""/],
  ["a number", 3, /\/: expected object, got 3/],
  ["null", null, /\/: expected object, got null/],
  ["a list", [], /\/: expected object, got \[\]/],
])("parse says what came instead of an object: %s", (_, input, message) => {
  expect(problem("readFile", input)).toMatch(message);
});

test("parse lists the tools when it does not know one", () => {
  expect(problem("readFiles", {})).toMatch(/no tool "readFiles".*readFile, writeFile,.*webFetch/);
  expect(problem("__proto__", {})).toMatch(/no tool/);
});

test("parse names each wrong field by pointer, with what was expected and what came", () => {
  const said = problem("readFile", { start_line: 0, line_count: "200", mode: "fast" });
  expect(said).toContain("/file_path: is required");
  expect(said).toContain("/start_line: expected at least 1, got 0");
  expect(said).toContain('/line_count: expected integer, got "200"');
  expect(said).toContain("/mode: is not a field; expected only file_path, start_line, line_count");
  expect(problem("todoWrite", { todos: [{ id: "1", content: "x", status: "done" }] })).toContain(
    '/todos/0/status: expected one of "pending", "in_progress", "completed", got "done"',
  );
});

test("parse cuts what is long, so that a problem never floods the model", () => {
  const todos = Array.from({ length: 90 }, () => ({ id: "x".repeat(5000), content: "", status: "" }));
  expect(problem("todoWrite", { todos }).length).toBeLessThan(5000);
});

test("a field prototypes would hide is refused like any other", () => {
  expect(problem("readFile", '{"file_path":"a","__proto__":{"x":1}}')).toContain("__proto__: is not a field");
});

const edits = [{ old_string: "a", new_string: "b" }];
const options = [
  { label: "A", description: "" },
  { label: "B", description: "" },
];
const question = { id: "q", question: "Which?", header: "Pick", options };

test.each([
  ["editFile", { file_path: "a", edits: JSON.stringify(edits) }, { file_path: "a", edits }],
  ["editFile", { file_path: "a", edits: [JSON.stringify(edits[0])] }, { file_path: "a", edits }],
  [
    "codeSearch",
    { pattern: "a", path: ".", file_types: '["ts"]' },
    { pattern: "a", path: ".", file_types: ["ts"] },
  ],
  ["todoWrite", { todos: "[]" }, { todos: [] }],
  [
    "askUserQuestions",
    { questions: [{ ...question, options: JSON.stringify(options) }] },
    { questions: [question] },
  ],
])("parse unwraps a field of %s that came as JSON text", (name, given, input) => {
  expect(toolbox.parse(name, given)).toEqual({ input });
});

test("parse leaves text alone where text is wanted, and refuses text that is no list", () => {
  const input = { file_path: "a.json", content: "[1]" };
  expect(toolbox.parse("writeFile", input)).toEqual({ input });
  expect(problem("editFile", { file_path: "a", edits: "[" })).toContain('/edits: expected array, got "["');
  expect(problem("editFile", { file_path: "a", edits: "{}" })).toContain("/edits: expected array");
});

test.each([
  ["editFile", { file_path: "a", edits: [] }, "/edits: expected at least 1 item"],
  ["readFile", { file_path: "" }, "/file_path: expected at least 1 character"],
  ["readFile", { file_path: "a", line_count: 99 }, "/line_count: expected at least 100, got 99"],
  ["listFiles", { directory_path: ".", max_depth: 0 }, "/max_depth: expected at least 1, got 0"],
  ["askUserQuestions", { questions: [] }, "/questions: expected at least 1 item"],
  [
    "askUserQuestions",
    { questions: Array.from({ length: 5 }, () => question) },
    "/questions: expected at most 4 items",
  ],
  [
    "askUserQuestions",
    { questions: [{ ...question, header: "x".repeat(21) }] },
    "/questions/0/header: expected at most 20 characters",
  ],
  [
    "askUserQuestions",
    { questions: [{ ...question, options: options.slice(1) }] },
    "/questions/0/options: expected at least 2 items",
  ],
  [
    "askUserQuestions",
    { questions: [{ ...question, options: Array.from({ length: 6 }, () => options[0]) }] },
    "/questions/0/options: expected at most 5 items",
  ],
  ["bash", { command: "" }, "/command: expected at least 1 character"],
])("%s keeps its bounds (%#)", (name, input, said) => {
  expect(problem(name, input)).toContain(said);
});
