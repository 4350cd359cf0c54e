import type { Message } from "../../../lib/message.ts";
import type { Storage } from "../../../lib/ports/storage.ts";
import type { Task } from "../../../lib/task.ts";
import { allMessages } from "../../../packages/shared/src/index.ts";
import { must, mustEqual } from "./breach.ts";
import type { Reader } from "../reader.ts";
import type { Sent } from "../draws/requests.ts";
import type { Server } from "../server.ts";

/** Whoever has heard all there is knows all there is. */
export function checkReader(reader: Reader, { storage, core }: Server, isThorough: boolean): void {
  const { state, sessionId } = reader;
  const session = storage.sessions.get(sessionId);
  if (session === undefined || state.lastEventId !== session.lastEventId) return;
  const snapshot = core.snapshot(sessionId);
  const equal = (what: string, expected: unknown, came: unknown) =>
    mustEqual("the folded log equals the stored state", `${what} of ${sessionId}`, { expected, came });
  equal("the session", { ...session, lastEventId: "" }, { ...state.session, lastEventId: "" });
  equal("the workspace", snapshot.workspace, state.workspace);
  equal("the actions", snapshot.actions, state.actions);
  equal("what is being said", snapshot.streaming, state.streaming);
  if (!isThorough) return;
  equal("the messages", messagesOf(storage, sessionId), allMessages(state));
  const isKnown = ({ id }: Task) => !reader.hasGap || state.tasks[id] !== undefined;
  const tasks = storage.tasks.list({ sessionId, limit: 1000 }).filter(isKnown);
  equal("the tasks", Object.fromEntries(tasks.map((task) => [task.id, task])), state.tasks);
}

/** What was acknowledged is there once; what was refused, or never answered, at most once. */
export function checkMessages(sent: readonly Sent[], storage: Storage): void {
  const texts = new Map<string, Message[]>();
  const messagesIn = (sessionId: string) => {
    const known = texts.get(sessionId) ?? userMessages(storage, sessionId);
    texts.set(sessionId, known);
    return known;
  };
  const placed: Placed[] = [];
  for (const one of sent) {
    const { token, params, answer, key } = one;
    const { sessionId } = params;
    if (token === undefined || sessionId === undefined || !storage.sessions.get(sessionId)) continue;
    const found = messagesIn(sessionId).filter(({ content }) =>
      JSON.stringify(content).includes(`"${token}"`),
    );
    must(
      "acknowledged messages exist exactly once",
      found.length === 1 || (found.length === 0 && answer === undefined),
      () =>
        `${token} (${key}, ${answer ? "acknowledged" : "not acknowledged"}) is there ${found.length} times.`,
    );
    const [{ taskId, position } = nowhere] = found;
    if (answer !== undefined && position !== null) placed.push({ ...one, token, taskId, position });
  }
  for (const one of placed) checkOrder(one, placed);
}

const nowhere = { taskId: "", position: null };

interface Placed extends Sent {
  token: string;
  taskId: string;
  position: number;
}

/** Who asked after another one had its answer comes after it. */
function checkOrder(one: Placed, placed: readonly Placed[]): void {
  const isLater = ({ askedAt = 0 }: Placed) => askedAt > (one.answeredAt ?? Infinity);
  const overtaken = placed.find(
    (other) => other.taskId === one.taskId && isLater(other) && other.position < one.position,
  );
  must(
    "acknowledged messages keep their order",
    overtaken === undefined,
    () => `${one.token} came to ${one.position}, ${overtaken?.token} to ${overtaken?.position}.`,
  );
}

function userMessages(storage: Storage, sessionId: string): Message[] {
  return messagesOf(storage, sessionId).filter(({ role }) => role === "user");
}

function messagesOf(storage: Storage, sessionId: string): Message[] {
  return storage.messages.list(sessionId, { limit: 100_000 });
}
