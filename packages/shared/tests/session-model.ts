import fc from "fast-check";
import type { Event, Schemas, SnapshotFrame } from "../src/index.ts";

type Session = Schemas["Session"];
type Task = Schemas["Task"];
type Message = Schemas["Message"];
type Action = Schemas["Action"];
type NewEvent = Event extends infer E ? (E extends Event ? Pick<E, "type" | "data"> : never) : never;

export const sessionId = "ses_00000000000000000000000000";
const at = "2026-11-22T12:00:00.000Z";
const noUsage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, costUsd: 0 };
export const eventIdOf = (sequence: number) => `evt_0001_${String(sequence).padStart(10, "0")}`;

export type Step = { kind: (typeof kinds)[number]; choice: number; text: string };
const kinds = [
  "send",
  "begin",
  "say",
  "think",
  "speak",
  "speak",
  "speak",
  "answer",
  "output",
  "result",
  "ask",
  "decide",
  "rename",
  "end",
  "workspace",
] as const;

const step = fc.record({
  kind: fc.constantFrom(...kinds),
  choice: fc.nat(3),
  text: fc.string({ maxLength: 8 }),
});
const isSpeaking = (["send", "begin", "say", "speak"] as const).map((kind) => ({
  kind,
  choice: 1,
  text: "so",
}));

/** Any steps; mostly with the agent in the middle of saying something, where most can go wrong. */
export const steps: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.array(step, { maxLength: 40 }),
    fc.constantFrom(isSpeaking, []),
    fc.array(step, { maxLength: 12 }),
  )
  .map((parts) => parts.flat());

/**
 * A server that keeps the rules of the real one: it changes its own state first and then tells of it in events, each
 * step in one go. Knows nothing of the reducer.
 */
export function createSessionModel() {
  const log: Event[] = [];
  /** The snapshot after each step, and how long the log was then. */
  const snapshots: SnapshotFrame[] = [];
  const tasks: Task[] = [];
  const messages: Message[] = [];
  let waiting: Message[] = [];
  let actions: Action[] = [];
  let open: { toolCallId: string; messageId: string; taskId: string }[] = [];
  let answers: Schemas["ToolResultPart"][] = [];
  let streaming: Schemas["StreamingMessage"] | null = null;
  let count = 0;
  let title = "A session";
  let workspace: Schemas["Workspace"] = {
    id: "wsp_1",
    kind: "scratch",
    repository: null,
    branch: null,
    head: null,
    state: "ready",
    progress: null,
    error: null,
    network: { mode: "none", hosts: [], presets: [] },
    gitConfigWritable: false,
    createdAt: at,
    updatedAt: at,
  };

  const newId = (prefix: string) => `${prefix}_${String(++count).padStart(26, "0")}`;
  const active = () =>
    tasks.find(({ state }) => state === "queued" || state === "running" || state === "waiting");
  const running = () => tasks.find(({ state }) => state === "running" || state === "waiting");
  const session = (): Session => ({
    id: sessionId,
    title,
    status: active() ? (active()?.state === "waiting" ? "waiting" : "running") : "idle",
    workspaceId: workspace.id,
    agentId: "agt_1",
    model: null,
    settings: {},
    activeTask: active() ?? null,
    usage: noUsage,
    lastEventId: eventIdOf(log.length),
    createdAt: at,
    updatedAt: at,
    archivedAt: null,
  });
  const tell = (...events: NewEvent[]) => {
    for (const event of events) {
      const id = eventIdOf(log.length + 1);
      log.push(structuredClone({ id, sessionId, createdAt: at, ...event }) as Event);
    }
  };
  const announce = (task: Task, ...events: NewEvent[]) =>
    tell(
      ...events,
      { type: "task.updated", data: { task } },
      { type: "status", data: { state: session().status, detail: `step ${count}` } },
      { type: "session.updated", data: { session: { ...session(), lastEventId: "" } } },
    );
  const setState = (task: Task, state: Task["state"]): Task => {
    const next = { ...task, state };
    tasks[tasks.indexOf(task)] = next;
    return next;
  };
  const messageOf = (
    taskId: string,
    role: Message["role"],
    content: Message["content"],
    id = newId("msg"),
  ): Message => ({
    id,
    sessionId,
    taskId,
    role,
    content,
    files: [],
    position: null,
    createdAt: at,
  });
  const deliver = (message: Message): NewEvent => {
    const placed = { ...message, position: messages.length };
    messages.push(placed);
    waiting = waiting.filter(({ id }) => id !== message.id);
    return { type: "message.final", data: { message: placed } };
  };
  const finish = (call: (typeof open)[number], isError: boolean): NewEvent => {
    const { toolCallId } = call;
    const output = { success: !isError, message: "done" };
    open = open.filter((one) => one !== call);
    answers.push({ type: "tool-result", toolCallId, toolName: "bash", output, isError });
    return { type: "tool.result", data: { toolCallId, toolName: "bash", output, isError, durationMs: 5 } };
  };
  const deliverAnswers = (taskId: string): NewEvent[] => {
    if (open.length > 0 || answers.length === 0) return [];
    const content = answers;
    answers = [];
    return [deliver(messageOf(taskId, "tool", content))];
  };

  const apply = ({ kind, choice, text }: Step): void => {
    const task = running();
    switch (kind) {
      case "send": {
        const steered = choice % 2 === 0 ? task : undefined;
        const id = newId("tsk");
        const target: Task = steered ?? {
          id,
          sessionId,
          state: "queued",
          settings: {},
          error: null,
          steps: 0,
          usage: noUsage,
          createdAt: at,
          startedAt: null,
          endedAt: null,
        };
        if (!steered) tasks.push(target);
        const message = messageOf(target.id, "user", [{ type: "text", text }]);
        waiting.push(message);
        return announce(target, { type: "message.created", data: { message } });
      }
      case "begin": {
        const next = active();
        if (!next || (task && next !== task)) return;
        const delivered = waiting.filter(({ taskId }) => taskId === next.id).map(deliver);
        return announce(setState(next, "running"), ...delivered);
      }
      case "say":
        if (!task || open.length > 0) return;
        // Now and then the same message begins again.
        streaming = {
          messageId: streaming && choice === 0 ? streaming.messageId : newId("msg"),
          taskId: task.id,
          text: "",
          reasoning: "",
        };
        return tell({
          type: "message.created",
          data: { message: messageOf(task.id, "assistant", [], streaming.messageId) },
        });
      case "think":
      case "speak":
        if (!streaming) return;
        if (kind === "think") streaming = { ...streaming, reasoning: streaming.reasoning + text };
        else streaming = { ...streaming, text: streaming.text + text };
        return tell({
          type: kind === "think" ? "reasoning" : "token",
          data: { messageId: streaming.messageId, text },
        });
      case "answer": {
        if (!task || open.length > 0) return;
        // An answer may come without having been streamed, then under an id of its own.
        const id = streaming && choice !== 3 ? streaming.messageId : newId("msg");
        const calls = Array.from({ length: choice }, () => ({
          toolCallId: newId("call"),
          toolName: "bash",
          input: { text },
        }));
        const final = deliver(
          messageOf(
            task.id,
            "assistant",
            [
              { type: "text", text: streaming?.text ?? text },
              ...calls.map((call) => ({ type: "tool-call" as const, ...call })),
            ],
            id,
          ),
        );
        streaming = null;
        open = calls.map(({ toolCallId }) => ({ toolCallId, messageId: id, taskId: task.id }));
        return announce(
          task,
          final,
          ...calls.map((call): NewEvent => ({ type: "tool.call", data: { messageId: id, ...call } })),
        );
      }
      case "output": {
        const call = open[choice % Math.max(open.length, 1)];
        if (!call) return;
        const stream = choice === 0 ? "stderr" : "stdout";
        return tell({ type: "tool.output", data: { toolCallId: call.toolCallId, stream, text } });
      }
      case "result": {
        const call = open[choice % Math.max(open.length, 1)];
        if (!call) return;
        const result = finish(call, choice === 1);
        return tell(result, ...deliverAnswers(call.taskId));
      }
      case "ask": {
        const call = open[0];
        if (!task || !call) return;
        const action: Action = {
          id: newId("act"),
          sessionId,
          taskId: task.id,
          type: "approval",
          state: "pending",
          toolCallId: call.toolCallId,
          toolName: "bash",
          input: {},
          preview: null,
          digest: "0".repeat(64),
          reason: null,
          result: null,
          expiresAt: at,
          createdAt: at,
          resolvedAt: null,
          scope: null,
          resolvedBy: null,
        };
        actions.push(action);
        return announce(setState(task, "waiting"), { type: "action.required", data: { action } });
      }
      case "decide": {
        const action = actions[choice % Math.max(actions.length, 1)];
        if (!task || !action) return;
        actions = actions.filter((one) => one !== action);
        const resolved = { ...action, state: "approved" as const, resolvedBy: "person" as const };
        return announce(actions.length > 0 ? task : setState(task, "running"), {
          type: "action.resolved",
          data: { action: resolved },
        });
      }
      case "rename":
        title = text || "untitled";
        return tell({ type: "session.updated", data: { session: session() } });
      case "end": {
        if (!task) return;
        const said = streaming
          ? [
              deliver(
                messageOf(
                  task.id,
                  "assistant",
                  [{ type: "text", text: streaming.text }],
                  streaming.messageId,
                ),
              ),
            ]
          : [];
        streaming = null;
        const results = open.map((call) => finish(call, true));
        const withdrawn = actions.map((action): NewEvent => ({
          type: "action.resolved",
          data: { action: { ...action, state: "cancelled" } },
        }));
        actions = [];
        const delivered = waiting.filter(({ taskId }) => taskId === task.id).map(deliver);
        const answered = deliverAnswers(task.id);
        return announce(
          setState(task, choice === 0 ? "failed" : "completed"),
          ...said,
          ...results,
          ...answered,
          ...withdrawn,
          ...delivered,
        );
      }
      case "workspace":
        workspace = { ...workspace, head: text };
        return tell({ type: "workspace.updated", data: { workspace } });
    }
  };
  const snapshot = () =>
    snapshots.push(
      structuredClone({
        type: "snapshot",
        sessionId,
        data: {
          session: session(),
          workspace,
          activeTask: active() ?? null,
          actions,
          streaming,
          queue: waiting,
        },
      }),
    );

  tell(
    { type: "session.updated", data: { session: session() } },
    { type: "workspace.updated", data: { workspace } },
  );
  snapshot();
  return {
    log,
    snapshots,
    messages,
    run: (all: readonly Step[]) => {
      for (const step of all) {
        apply(step);
        snapshot();
      }
    },
  };
}
