import type { Action, Frame, Message, Session, Task } from "../src/frame.ts";

const at = "2026-11-22T12:00:00.000Z";
const tail = "0000000000000000000000";
export const ids = {
  session: `ses_${tail}aaaa`,
  task: `tsk_${tail}bbbb`,
  message: `msg_${tail}cccc`,
  action: `act_${tail}dddd`,
  workspace: `wsp_${tail}eeee`,
};

export const usage = { inputTokens: 900, outputTokens: 340, cachedInputTokens: 0, costUsd: 0.0031 };

export function task(change: Partial<Task> = {}): Task {
  return {
    id: ids.task,
    sessionId: ids.session,
    state: "running",
    settings: {},
    error: null,
    steps: 4,
    usage,
    createdAt: at,
    startedAt: at,
    endedAt: null,
    ...change,
  };
}

export function session(change: Partial<Session> = {}): Session {
  return {
    id: ids.session,
    title: "Fix the test",
    status: "running",
    workspaceId: ids.workspace,
    agentId: `agt_${tail}ffff`,
    model: "demo@scripted",
    settings: {},
    activeTask: null,
    usage,
    lastEventId: "evt_0001_0000000000",
    createdAt: at,
    updatedAt: at,
    archivedAt: null,
    ...change,
  };
}

export function action(change: Partial<Action> = {}): Action {
  return {
    id: ids.action,
    sessionId: ids.session,
    taskId: ids.task,
    type: "approval",
    state: "pending",
    toolCallId: "call_1",
    toolName: "bash",
    input: { command: "node --test" },
    preview: null,
    digest: "0".repeat(64),
    reason: "It runs a command.",
    result: null,
    expiresAt: at,
    createdAt: at,
    resolvedAt: null,
    scope: null,
    resolvedBy: null,
    ...change,
  };
}

export function message(role: Message["role"], text: string, change: Partial<Message> = {}): Message {
  return {
    id: ids.message,
    sessionId: ids.session,
    taskId: ids.task,
    role,
    content: text === "" ? [] : [{ type: "text", text }],
    files: [],
    position: 0,
    createdAt: at,
    ...change,
  };
}

type EventFrame = Exclude<Frame, { type: "snapshot" | "gap" }>;
type Told = {
  [T in EventFrame["type"]]: { type: T; data: Extract<EventFrame, { type: T }>["data"] };
}[EventFrame["type"]];

/** Numbers events as the log of one session does. */
export function story(told: readonly Told[], first = 1): EventFrame[] {
  return told.map((event, index) => {
    const id = `evt_0001_${String(first + index).padStart(10, "0")}`;
    return { ...event, id, sessionId: ids.session, taskId: ids.task, createdAt: at } as EventFrame; // Type and data belong together in `told`.
  });
}

export function snapshot(change: Partial<Extract<Frame, { type: "snapshot" }>["data"]> = {}): Frame {
  const workspace = {
    id: ids.workspace,
    kind: "scratch" as const,
    repository: null,
    branch: null,
    head: null,
    state: "ready" as const,
    progress: null,
    error: null,
    network: { mode: "none" as const, hosts: [], presets: [] },
    gitConfigWritable: false,
    createdAt: at,
    updatedAt: at,
  };
  const rest = { activeTask: null, actions: [], streaming: null, queue: [] };
  return {
    type: "snapshot",
    sessionId: ids.session,
    data: { session: session(), workspace, ...rest, ...change },
  };
}

/** A whole task: the test is run, the file edited after a question, the end told. */
export function wholeTask(): EventFrame[] {
  const edit = action({
    toolCallId: "call_2",
    toolName: "editFile",
    input: { file_path: "sum.js" },
    preview: "--- a/sum.js\n+++ b/sum.js\n@@ -1,3 +1,3 @@\n-  return a - b;\n+  return a + b;\n",
  });
  const one = `msg_${tail}0001`;
  return story([
    {
      type: "message.final",
      data: { message: message("user", "The test fails.", { id: `msg_${tail}0000` }) },
    },
    { type: "status", data: { state: "running", detail: "Working" } },
    { type: "message.created", data: { message: message("assistant", "", { id: one }) } },
    { type: "reasoning", data: { messageId: one, text: "A failing test " } },
    { type: "reasoning", data: { messageId: one, text: "says more." } },
    { type: "token", data: { messageId: one, text: "I'll run " } },
    { type: "token", data: { messageId: one, text: "the tests.\n" } },
    {
      type: "message.final",
      data: {
        message: message("assistant", "", {
          id: one,
          content: [
            { type: "reasoning", text: "A failing test says more." },
            { type: "text", text: "I'll run the tests.\n" },
          ],
        }),
      },
    },
    {
      type: "tool.call",
      data: { messageId: one, toolCallId: "call_1", toolName: "bash", input: { command: "node --test" } },
    },
    { type: "tool.output", data: { toolCallId: "call_1", stream: "stdout", text: "not ok 1 - sum\n# fa" } },
    { type: "tool.output", data: { toolCallId: "call_1", stream: "stdout", text: "il 1\n" } },
    {
      type: "tool.result",
      data: {
        toolCallId: "call_1",
        toolName: "bash",
        output: { success: false, message: "Command failed with exit code 1" },
        isError: false,
        durationMs: 320,
      },
    },
    {
      type: "tool.call",
      data: { messageId: one, toolCallId: "call_2", toolName: "editFile", input: { file_path: "sum.js" } },
    },
    { type: "action.required", data: { action: edit } },
    { type: "action.resolved", data: { action: { ...edit, state: "approved", resolvedBy: "person" } } },
    {
      type: "tool.result",
      data: {
        toolCallId: "call_2",
        toolName: "editFile",
        output: { success: true, message: "Made 1 edit in sum.js." },
        isError: false,
        durationMs: 4,
      },
    },
    {
      type: "task.updated",
      data: { task: task({ state: "completed", endedAt: "2026-11-22T12:00:12.300Z" }) },
    },
  ]);
}
