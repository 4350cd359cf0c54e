import { createHash } from "node:crypto";
import type { OperationId, Schemas } from "../../../packages/shared/src/index.ts";
import type { Asked } from "../asker.ts";
import { olderSession } from "../host/hand.ts";
import type { Outcome, StoredSession } from "../report/outcome.ts";
import { type Breach, same, unless } from "./breach.ts";

type Promised = (asked: Asked, outcome: Outcome) => Breach[];

/** Each operation that was acknowledged has left what it said; deletions have a page of their own. */
export function checkAcknowledged(outcome: Outcome): Breach[] {
  const acknowledged = outcome.asked.filter(({ status }) => status < 300);
  return [
    ...(outcome.wasOlder ? checkOlder(outcome) : []),
    ...acknowledged.flatMap((asked) => promises[asked.operationId]?.(asked, outcome) ?? []),
  ];
}

/** What an older release had acknowledged is there after its schema was brought up. */
function checkOlder(outcome: Outcome): Breach[] {
  const { id, title, text } = olderSession;
  const stored = sessionOf(outcome, id);
  const came = stored && [stored.session.title, ...stored.messages.map(({ content }) => content)];
  return same("lost", "The session of an older release", {
    expected: [title, [{ type: "text", text }]],
    came,
  });
}

/** What an acknowledgement promises, by operation; runTool is held to it where tool calls are. */
const promises: Partial<Record<OperationId, Promised>> = {
  createSession: ({ body, options }, outcome) => {
    const { id, title } = body as Schemas["Session"];
    if (isDeleted(outcome, "deleteSession", "sessionId", id)) return [];
    const stored = sessionOf(outcome, id);
    if (stored === undefined) return [lost(`session ${id} was acknowledged`, title)];
    const renamed = lastSaid(outcome, "updateSession", "sessionId", id, "title");
    const { message } = options.body as Schemas["CreateSession"];
    return [
      ...same("lost", `The title of ${id}`, { expected: renamed ?? title, came: stored.session.title }),
      ...(message ? saidOnce(stored, message.content) : []),
    ];
  },
  sendMessage: ({ body }, outcome) => {
    const { message, task } = body as Schemas["SentMessage"];
    if (isDeleted(outcome, "deleteSession", "sessionId", message.sessionId)) return [];
    const found = sessionOf(outcome, message.sessionId)?.messages.filter(({ id }) => id === message.id) ?? [];
    const tasks = sessionOf(outcome, message.sessionId)?.tasks.filter(({ id }) => id === task.id) ?? [];
    return [
      ...same("lost", `Message ${message.id}`, {
        expected: [message.content],
        came: found.map(({ content }) => content),
      }),
      ...unless(tasks.length === 1, lost(`task ${task.id} was acknowledged`, task)),
    ];
  },
  uploadFile: ({ body, options }, outcome) => {
    const { id, name } = body as Schemas["StoredFile"];
    const isGone = isDeleted(outcome, "deleteFile", "fileId", id);
    const sent = createHash("sha256")
      .update(options.body as Uint8Array)
      .digest("hex");
    const what = `The bytes of ${id} ${name}`;
    return same(isGone ? "difference" : "lost", what, {
      expected: isGone ? undefined : sent,
      came: outcome.sha256[id],
    });
  },
  createAgent: ({ body }, outcome) => {
    const { id, name, systemPrompt, description } = body as Schemas["Agent"];
    if (isDeleted(outcome, "deleteAgent", "agentId", id)) return [];
    const stored = outcome.agents.find((agent) => agent.id === id);
    const said = lastSaid(outcome, "updateAgent", "agentId", id, "description") ?? description;
    const came = stored && [stored.name, stored.systemPrompt, stored.description];
    return same("lost", `Agent ${id}`, { expected: [name, systemPrompt, said], came });
  },
  updateSettings: ({ options }, { settings }) =>
    Object.entries((options.body as Schemas["GlobalSettingsPatch"]).providers ?? {}).flatMap(
      ([id, provider]) =>
        same("lost", `Provider ${id}`, {
          expected: provider?.baseUrl,
          came: settings.providers[id]?.baseUrl,
        }),
    ),
  createAction: ({ body, options }, outcome) => {
    const { action, task } = body as Schemas["ActionOutcome"];
    const { type } = options.body as Schemas["CreateAction"];
    if (type === "cancel") return cancelled(task.id, outcome);
    const stored = outcome.rows.actions.find(({ id }) => id === action?.id);
    return [
      ...same("lost", `The decision on ${action?.id}`, { expected: decided[type], came: stored?.state }),
      ...(action?.type === "host" && type === "approve" ? granted(action, outcome) : []),
    ];
  },
  updateTask: ({ body }, outcome) => cancelled((body as Schemas["Task"]).id, outcome),
};

const decided = { approve: "approved", reject: "rejected", respond: "answered" } as const;

function cancelled(taskId: string, { sessions }: Outcome): Breach[] {
  const task = sessions.flatMap(({ tasks }) => tasks).find(({ id }) => id === taskId);
  return same("lost", `The cancellation of ${taskId}`, { expected: "cancelled", came: task?.state });
}

/** A host is granted in the transaction of its approval. */
function granted({ sessionId, input }: Schemas["Action"], outcome: Outcome): Breach[] {
  if (isDeleted(outcome, "deleteSession", "sessionId", sessionId)) return [];
  const workspaceId = sessionOf(outcome, sessionId)?.session.workspaceId;
  const workspace = outcome.workspaces.find(({ id }) => id === workspaceId);
  const isThere = workspace?.network.hosts.includes(String(input["host"])) ?? false;
  return unless(isThere, lost(`${String(input["host"])} was granted to ${workspaceId}`, input));
}

function saidOnce({ session, messages }: StoredSession, content: Schemas["MessageContent"]): Breach[] {
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
  const equal = messages.filter(
    (message) => message.role === "user" && JSON.stringify(message.content) === JSON.stringify(parts),
  );
  if (equal.length === 1) return [];
  return [
    {
      kind: equal.length === 0 ? "lost" : "duplicated",
      what: `The first message of ${session.id}`,
      expected: 1,
      came: equal.length,
    },
  ];
}

function sessionOf({ sessions }: Outcome, sessionId: string | undefined): StoredSession | undefined {
  return sessions.find(({ session }) => session.id === sessionId);
}

function isDeleted({ asked }: Outcome, operationId: OperationId, parameter: string, id: string): boolean {
  return asked.some(
    (other) =>
      other.operationId === operationId && other.status < 300 && other.options.params?.[parameter] === id,
  );
}

/** The last value that a client gave a field. */
function lastSaid(
  { asked }: Outcome,
  ...[operationId, parameter, id, field]: [OperationId, string, string, string]
): unknown {
  const changes = asked.filter(
    (other) =>
      other.operationId === operationId && other.status < 300 && other.options.params?.[parameter] === id,
  );
  return (changes.at(-1)?.options.body as Record<string, unknown> | undefined)?.[field];
}

function lost(what: string, expected: unknown): Breach {
  return { kind: "lost", what: `${what} and is not there`, expected };
}
