import type { Schemas } from "../../../packages/shared/src/index.ts";
import type { Asked } from "../asker.ts";
import type { Outcome, Rows, StoredSession } from "../report/outcome.ts";
import { type Breach, same, unless } from "./breach.ts";

/** Every tool call has one result, and did what its result says, once. */
export function checkCalls(outcome: Outcome): Breach[] {
  const { sessions, rows, effects, asked } = outcome;
  return [
    ...sessions.flatMap(checkResults),
    ...rows.toolCalls.flatMap((call) => checkEffect(call, effects)),
    ...Object.entries(effects)
      .filter(([token, count]) => count > 1 || !rows.toolCalls.some(({ input }) => input.includes(token)))
      .map(([token, count]): Breach => ({
        kind: "duplicated",
        what: `The effect ${token}`,
        expected: 1,
        came: count,
      })),
    ...askedTwice(rows),
    ...unapproved(rows, effects),
    ...asked.flatMap((one) => checkToolRun(one, rows)),
    ...sessions.flatMap((session) => checkWrites(session, outcome)),
  ];
}

function checkResults({ session, messages, tasks, events, actions }: StoredSession): Breach[] {
  const parts = messages.flatMap(({ content, taskId }) => content.map((part) => ({ ...part, taskId })));
  const calls = parts.filter((part) => part.type === "tool-call");
  return [
    ...calls.flatMap(({ toolCallId, taskId }) => {
      const isIt = (part: { toolCallId: string; taskId?: string }) =>
        part.toolCallId === toolCallId && part.taskId === taskId;
      const results = parts.filter((part) => part.type === "tool-result" && isIt(part)).length;
      const told = events.filter(
        (event) =>
          event.type === "tool.result" && event.data.toolCallId === toolCallId && event.taskId === taskId,
      ).length;
      const what = `Results of ${toolCallId} in ${session.id}, in the conversation and in the log`;
      return same(results < 1 || told < 1 ? "lost" : "duplicated", what, {
        expected: [1, 1],
        came: [results, told],
      });
    }),
    ...tasks
      .filter(({ state }) => ["queued", "running", "waiting"].includes(state))
      .map(({ id, state }): Breach => ({ kind: "unfinished", what: `Task ${id} is still ${state}` })),
    ...actions.map(({ id }): Breach => ({ kind: "unfinished", what: `Action ${id} is still pending` })),
  ];
}

/** A command that went well ran once; one that was not run left no trace; of one that was cut nobody knows. */
function checkEffect(call: Rows["toolCalls"][number], effects: Outcome["effects"]): Breach[] {
  const token = /printf '%s\\\\n' (\w+)/.exec(call.input)?.[1];
  if (token === undefined) return [];
  const count = effects[token] ?? 0;
  const output = JSON.parse(call.output ?? "{}") as { success?: boolean; message?: string };
  const isRefused = /^(Not run|The user rejected|.*not one of the tools)/.test(output.message ?? "");
  const what = `The effect ${token} of ${call.tool_call_id}, told as: ${output.message}`;
  if (output.success === true)
    return unless(count === 1, { kind: count > 1 ? "duplicated" : "lost", what, expected: 1, came: count });
  return unless(!isRefused || count === 0, { kind: "duplicated", what, expected: 0, came: count });
}

/** One decision for each call. */
function askedTwice({ actions }: Rows): Breach[] {
  const calls = actions.map(({ task_id, tool_call_id }) => `${task_id} ${tool_call_id}`);
  return calls
    .filter((call, place) => calls.indexOf(call) !== place)
    .map((call) => ({ kind: "duplicated", what: `The call ${call} was asked about more than once` }));
}

/** What nobody approved has not happened; a time-out approves nothing. */
function unapproved({ actions, toolCalls }: Rows, effects: Outcome["effects"]): Breach[] {
  const refused = actions.filter(({ state }) =>
    ["pending", "rejected", "expired", "cancelled"].includes(state),
  );
  return refused.flatMap(({ id, task_id, tool_call_id, state }) => {
    const call = toolCalls.find((other) => other.task_id === task_id && other.tool_call_id === tool_call_id);
    const token = Object.keys(effects).find((known) => call?.input.includes(`${known} `));
    return unless(token === undefined, {
      kind: "duplicated",
      what: `Action ${id} is ${state}, and its call has acted`,
      expected: 0,
      came: token,
    });
  });
}

/** What a person's tool run was answered with is what is on record. */
function checkToolRun({ operationId, status, body }: Asked, { toolCalls }: Rows): Breach[] {
  if (operationId !== "runTool" || status !== 200) return [];
  const { task, toolCallId, output } = body as Schemas["ToolRun"];
  const stored = toolCalls.find((call) => call.task_id === task.id && call.tool_call_id === toolCallId);
  const came =
    stored?.output === undefined || stored.output === null ? stored : (JSON.parse(stored.output) as unknown);
  return same("lost", `The tool run ${toolCallId}`, { expected: output, came });
}

/** What the agent was told it wrote stands in the file: written whole, then edited once. */
function checkWrites({ session, messages }: StoredSession, { texts }: Outcome): Breach[] {
  const parts = messages.flatMap(({ content }) => content);
  const isDone = (id: string) =>
    parts.some((part) => part.type === "tool-result" && part.toolCallId === id && !part.isError);
  const calls = parts
    .filter((part) => part.type === "tool-call")
    .filter(({ toolCallId }) => isDone(toolCallId));
  const written = new Map<string, string>();
  for (const { toolName, input } of calls) {
    const { file_path = "", content = "", edits = [] } = input as Input;
    const before = written.get(file_path) ?? "";
    if (toolName === "writeFile") written.set(file_path, content);
    if (toolName === "editFile")
      written.set(
        file_path,
        edits.reduce((text, edit) => text.replace(edit.old_string, edit.new_string), before),
      );
  }
  return [...written].flatMap(([name, expected]) =>
    same("lost", `The file ${name} of ${session.id}`, {
      expected,
      came: texts[`${session.workspaceId}/${name}`],
    }),
  );
}

interface Input {
  file_path?: string;
  content?: string;
  edits?: { old_string: string; new_string: string }[];
}
