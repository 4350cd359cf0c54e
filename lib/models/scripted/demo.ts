import type { HistoryMessage, ToolResultPart } from "../../message.ts";
import { asRecord } from "../wires/records.ts";
import type { ScriptStep } from "./script.ts";

const tokensPerSecond = 60;

/**
 * Repairs the repository of the demo, where `sum.js` subtracts instead of adding and its test fails. The number of answers
 * with tool calls since the last answer without any says which step is next.
 */
export function demoStep(history: readonly HistoryMessage[]): ScriptStep {
  const turn = currentTurn(history);
  const calls = turn.filter(({ message }) => message.role === "assistant").length;
  return { tokensPerSecond, ...(steps[calls] ?? { text: summary(turn) }) };
}

const test = { toolName: "bash", input: { command: "node --test" } };
const broken = "return a - b;";
const repaired = "return a + b;";

const steps: ScriptStep[] = [
  {
    reasoning: "The failing test shows what is expected. I will run it before I change anything.",
    text: "I'll run the tests first.",
    toolCalls: [test],
  },
  {
    text: "The test of `sum` fails. Let me read the function.",
    toolCalls: [{ toolName: "readFile", input: { file_path: "sum.js" } }],
  },
  {
    reasoning: "`sum` subtracts. One character is wrong.",
    text: "`sum` subtracts where it should add. I'll change that one line.",
    toolCalls: [
      {
        toolName: "editFile",
        input: { file_path: "sum.js", edits: [{ old_string: broken, new_string: repaired }] },
      },
    ],
  },
  { text: "Now the tests again.", toolCalls: [test] },
  { text: "And the whole change.", toolCalls: [{ toolName: "bash", input: { command: "git diff" } }] },
];

function currentTurn(history: readonly HistoryMessage[]): HistoryMessage[] {
  const isFinalAnswer = ({ message }: HistoryMessage) =>
    message.role === "assistant" && message.content.every((part) => part.type !== "tool-call");
  return history.slice(history.findLastIndex(isFinalAnswer) + 1);
}

/** Reports what the tools really returned, not what was planned. */
function summary(turn: readonly HistoryMessage[]): string {
  const results = turn.flatMap(({ message }) =>
    message.role === "tool" ? message.content.filter((part) => part.type === "tool-result") : [],
  );
  const runs = results.filter(({ toolName }) => toolName === "bash");
  const [before, after, diff] = runs;
  const edit = results.find(({ toolName }) => toolName === "editFile");
  const lines = [
    `Before the change the tests were ${colour(before)}.`,
    edit !== undefined && hasWorked(edit)
      ? `I changed \`${broken}\` to \`${repaired}\` in \`sum.js\`.`
      : "`sum.js` could not be changed.",
    `Now the tests are ${colour(after)}.`,
    changedLines(diff),
  ];
  return lines.join(" ");
}

function colour(run: ToolResultPart | undefined): string {
  if (run === undefined) return "not run";
  return hasWorked(run) ? "green" : "red";
}

function hasWorked({ output, isError }: ToolResultPart): boolean {
  const { exitCode, exit_code: otherExitCode } = asRecord(output);
  const code = exitCode ?? otherExitCode;
  return !isError && output.success && (typeof code !== "number" || code === 0);
}

function changedLines(diff: ToolResultPart | undefined): string {
  if (diff === undefined || !hasWorked(diff)) return "The change could not be shown.";
  const text = Object.values(diff.output)
    .filter((value) => typeof value === "string")
    .join("\n");
  const count = (sign: string) =>
    text.split("\n").filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length;
  const [added, removed] = [count("+"), count("-")];
  return added + removed === 0
    ? "Git sees no change."
    : `Git sees ${added} line added and ${removed} removed.`;
}
