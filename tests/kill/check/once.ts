import type { Schemas } from "../../../packages/shared/src/index.ts";
import { builtInAgentId } from "../../../lib/agent.ts";
import { type Asked, isSameAnswer } from "../asker.ts";
import { olderSession } from "../host/hand.ts";
import type { Outcome } from "../report/outcome.ts";
import { type Breach, unless } from "./breach.ts";

/** Nothing is there that was not asked for, and no key did anything a second time. */
export function checkOnce(outcome: Outcome): Breach[] {
  const { asked, sessions, agents, workspaces, rows } = outcome;
  const made = (operationId: Asked["operationId"]) =>
    new Set(succeeded(asked, operationId).map(({ body }) => (body as { id: string }).id));
  const inhabited = new Set(sessions.map(({ session }) => session.workspaceId));
  const born = new Set(
    succeeded(asked, "createSession").map(({ body }) => (body as Schemas["Session"]).workspaceId),
  );
  return [
    ...unasked(
      "session",
      sessions.map(({ session }) => session.id),
      new Set([...made("createSession"), olderSession.id]),
    ),
    ...unasked(
      "agent",
      agents.map(({ id }) => id),
      new Set([...made("createAgent"), builtInAgentId]),
    ),
    ...unasked(
      "file",
      rows.files.map(({ id }) => id),
      made("uploadFile"),
    ),
    ...unasked(
      "workspace",
      workspaces.map(({ id }) => id),
      new Set([...inhabited, ...born]),
    ),
    ...sessions.flatMap(({ session, messages }) => unaskedMessages(session.id, messages, asked)),
    ...strayBytes(rows),
    ...asked.flatMap(checkAnswers),
    ...decidedTwice(asked),
  ];
}

function succeeded(asked: readonly Asked[], operationId: Asked["operationId"]): Asked[] {
  return asked.filter((one) => one.operationId === operationId && one.status < 300);
}

function unasked(noun: string, there: readonly string[], made: ReadonlySet<string>): Breach[] {
  return there
    .filter((id) => !made.has(id))
    .map((id) => ({ kind: "duplicated", what: `There is a ${noun} ${id} that no acknowledgement names` }));
}

/** Bytes that no record names went with the next start. */
function strayBytes({ attachments, files }: Outcome["rows"]): Breach[] {
  return attachments
    .filter((name) => !files.some(({ id }) => id === name))
    .map((name) => ({ kind: "fault", what: `There are bytes ${name} that no record names` }));
}

/** As many as were acknowledged: with the session, by themselves, or as tools that a person ran. */
function unaskedMessages(
  sessionId: string,
  messages: readonly Schemas["Message"][],
  asked: readonly Asked[],
): Breach[] {
  if (sessionId === olderSession.id) return [];
  const own = asked.filter(
    ({ status, options }) => status < 300 && options.params?.["sessionId"] === sessionId,
  );
  const sent = own.filter(
    ({ operationId }) => operationId === "sendMessage" || operationId === "runTool",
  ).length;
  const first = succeeded(asked, "createSession").find(
    ({ body }) => (body as { id: string }).id === sessionId,
  );
  const expected = sent + ((first?.options.body as Schemas["CreateSession"] | undefined)?.message ? 1 : 0);
  const came = messages.filter(({ role }) => role === "user").length;
  return unless(came === expected, {
    kind: came > expected ? "duplicated" : "lost",
    what: `Messages of people in ${sessionId}`,
    expected,
    came,
  });
}

/** Whoever asks again with the same key hears the same; nobody is refused for a reason that a crash made. */
function checkAnswers({ operationId, key, status, body, again }: Asked): Breach[] {
  if (status >= 300 && !isRefusal(operationId, body))
    return [{ kind: "fault", what: `${operationId} under ${key} was refused`, came: body }];
  if (status >= 300) return [];
  return (
    again
      .filter((other) => !isSameAnswer(other, { status, body }))
      // What is refused leaves its key free: asked again after a kill, it may meet another state.
      .filter((other) => other.when === "replayed" || !isRefusal(operationId, other.body))
      .map((other) => ({
        kind: "duplicated",
        what: `${operationId} under ${key}, ${other.when}, was answered otherwise`,
        expected: { status, body },
        came: { status: other.status, body: other.body },
      }))
  );
}

function isRefusal(operationId: Asked["operationId"], body: unknown): boolean {
  const { code } = (body ?? {}) as Partial<Schemas["Problem"]>;
  return code !== undefined && (refusals[operationId] ?? []).includes(code);
}

/** What the scenes may meet: somebody else was quicker, or it was asked for on purpose. */
const refusals: Partial<Record<Asked["operationId"], Schemas["Problem"]["code"][]>> = {
  createAction: ["action-decided", "task-ended"],
  updateTask: ["task-ended"],
  runTool: ["session-busy"],
  uploadFile: ["too-large"],
  // Where the task that waited for the clone was given up: too many lives in a row ended in the middle of it.
  syncWorkspace: ["workspace-not-ready"],
};

/** Of all who decide, one is heard. */
function decidedTwice(asked: readonly Asked[]): Breach[] {
  const decisions = succeeded(asked, "createAction").map(
    ({ options }) => options.body as Schemas["CreateAction"],
  );
  const ids = decisions.flatMap((body) => ("actionId" in body ? body.actionId : []));
  return [...new Set(ids)]
    .filter((id) => ids.indexOf(id) !== ids.lastIndexOf(id))
    .map((id) => ({ kind: "duplicated", what: `Action ${id} was decided more than once` }));
}
