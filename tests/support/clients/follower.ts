import { expect } from "vitest";
import {
  allMessages,
  createClient,
  emptyState,
  followSession,
  openSocket,
  reduce,
  type Event,
  type SessionState,
  type StreamFrame,
} from "../../../packages/shared/src/index.ts";
import { subjectOf } from "../../../lib/event.ts";
import { checkFrame } from "../contract.ts";
import { messagesOf } from "../conversation.ts";
import type { TestServer } from "../server/server.ts";
import { eventsOf, until } from "../until.ts";

/** A client of ours: it follows a session over whatever happens to its line, and folds what it hears. */
export interface Follower {
  readonly state: SessionState;
  /** Events only, in the order they came. */
  readonly events: readonly Event[];
  readonly gaps: number;
  readonly snapshots: number;
  /** Text of each answer, put together from its pieces since it last began. */
  said(messageId: string): string;
  waitFor(what: string, isWanted: (state: SessionState) => boolean): Promise<SessionState>;
  stop(): Promise<void>;
}

export interface FollowerOptions {
  /** Instead of the server's own address, such as a line that breaks. */
  url?: string;
  after?: string;
  over?: "sse" | "websocket";
  onEvent?: (event: Event) => void;
}

export function follow(server: TestServer, sessionId: string, options: FollowerOptions = {}): Follower {
  const { url = server.url, after, over = "sse", onEvent = () => {} } = options;
  const client = createClient({
    baseUrl: url,
    apiKey: server.key,
    retriesMax: 50,
    backoff: { baseMs: 5, mostMs: 25 },
  });
  const events: Event[] = [];
  const said = new Map<string, string>();
  const counts = { gap: 0, snapshot: 0 };
  let state = emptyState;
  let fault: unknown;
  const hear = (frame: StreamFrame) => {
    checkFrame(frame);
    state = reduce(state, frame);
    if (frame.type === "snapshot" || frame.type === "gap") return void counts[frame.type]++;
    events.push(frame);
    if (frame.type === "message.created") said.set(frame.data.message.id, "");
    if (frame.type === "token")
      said.set(frame.data.messageId, (said.get(frame.data.messageId) ?? "") + frame.data.text);
    onEvent(frame);
  };
  const line = over === "sse" ? overSse : overSocket;
  const { ended, stop } = line({ client, sessionId, after, hear });
  ended.catch((error: unknown) => (fault = error));
  return {
    get state() {
      return state;
    },
    events,
    get gaps() {
      return counts.gap;
    },
    get snapshots() {
      return counts.snapshot;
    },
    said: (messageId) => said.get(messageId) ?? "",
    waitFor: (what, isWanted) =>
      until(
        `the follower sees ${what}`,
        () => {
          if (fault !== undefined) throw fault as Error;
          return isWanted(state) && state;
        },
        { seen: () => [state.session, events.slice(-3)] },
      ),
    stop: async () => {
      stop();
      await ended;
    },
  };
}

interface Line {
  client: ReturnType<typeof createClient>;
  sessionId: string;
  after: string | undefined;
  hear: (frame: StreamFrame) => void;
}

function overSse({ client, sessionId, after, hear }: Line) {
  const ending = new AbortController();
  const run = async () => {
    for await (const frame of followSession(client, sessionId, { after, signal: ending.signal })) hear(frame);
  };
  return { ended: run(), stop: () => ending.abort() };
}

function overSocket({ client, sessionId, after, hear }: Line) {
  const socket = openSocket(client);
  socket.follow(sessionId, { after, onFrame: hear });
  return { ended: socket.closed, stop: () => socket.close() };
}

/** The session has come to rest: its task is over, and the follower has heard so. */
export async function atRest(server: TestServer, follower: Follower, sessionId: string): Promise<void> {
  await follower.waitFor("the session idle", ({ session }) => session?.status === "idle");
  const { body } = await server.call("getSession", { params: { sessionId } });
  await follower.waitFor("the last event", ({ lastEventId }) => lastEventId === body.lastEventId);
}

/** What the follower folded is what the server has stored, and the log holds nothing the follower did not hear, once and in order. */
export async function expectSameAsStored(server: TestServer, follower: Follower): Promise<void> {
  const { state } = follower;
  const sessionId = state.session?.id ?? "";
  const params = { sessionId };
  const session = (await server.call("getSession", { params })).body;
  expect({ ...state.session, lastEventId: "" }).toEqual({ ...session, lastEventId: "" });
  expect(state.lastEventId).toBe(session.lastEventId);
  expect(allMessages(state)).toEqual(await messagesOf(server, sessionId));
  expect(state.actions).toEqual((await server.call("listSessionActions", { params })).body.items);
  const tasks = (await server.call("listTasks", { query: { sessionId, limit: 200 } })).body.items;
  expect(Object.values(state.tasks).toSorted((one, other) => (one.id < other.id ? 1 : -1))).toEqual(tasks);
  const workspace = await server.call("getWorkspace", { params: { workspaceId: session.workspaceId } });
  expect(state.workspace).toEqual(workspace.body);
  expectOnceInOrder(follower.events, await eventsOf(server, sessionId));
}

/**
 * Heard once and in order: each event of the log, and beside them only deltas that the log has let go of since. What is
 * in neither lies before the event that made it void.
 */
export function expectOnceInOrder(heard: readonly Event[], log: readonly Event[]): void {
  const all = new Map([...heard, ...log].map((event) => [event.id, event]));
  const union = [...all.values()].toSorted((one, other) => sequenceOf(one) - sequenceOf(other));
  const spans = union.flatMap((event) => spanBefore(event, union));
  const isVoid = (event: Event) => spans.some(isVoidIn(event));
  const whatCounts = (events: readonly Event[], others: readonly Event[]) => {
    const ids = new Set(others.map(({ id }) => id));
    return events.filter((event) => ids.has(event.id) || !isVoid(event));
  };
  const ids = heard.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].toSorted());
  expect(whatCounts(heard, log)).toEqual(whatCounts(log, heard));
  expect(holesIn(union).filter((hole) => !spans.some(isAround(hole)))).toEqual([]);
}

/** The deltas of one subject between its beginning and the event that made them void. */
interface Span {
  subject: string;
  types: readonly Event["type"][];
  from: number;
  to: number;
}

function spanBefore(event: Event, events: readonly Event[]): Span[] {
  const to = sequenceOf(event);
  const since = (subject: string, type: Event["type"]) =>
    events.findLast((other) => other.type === type && subjectOf(other) === subject && sequenceOf(other) < to);
  const subject = subjectOf(event) ?? "";
  const begun = since(subject, event.type === "tool.result" ? "tool.call" : "message.created");
  // What began before the first event at hand may have left a hole there; a message that is new has none.
  const from = begun === undefined ? 0 : sequenceOf(begun);
  if (event.type === "tool.result") return [{ subject, types: ["tool.output"], from, to }];
  const isNew = event.type === "message.created" && begun === undefined;
  const endsText = event.type === "message.created" || event.type === "message.final";
  return endsText && !isNew ? [{ subject, types: ["token", "reasoning"], from, to }] : [];
}

const isVoidIn =
  (event: Event) =>
  ({ subject, types, from, to }: Span) =>
    types.includes(event.type) &&
    subjectOf(event) === subject &&
    from < sequenceOf(event) &&
    sequenceOf(event) < to;

/** Neighbours that others were between. */
function holesIn(events: readonly Event[]): [after: number, before: number][] {
  const sequences = events.map(sequenceOf);
  return sequences.flatMap((sequence, index): [number, number][] => {
    const next = sequences[index + 1] ?? sequence + 1;
    return next === sequence + 1 ? [] : [[sequence, next]];
  });
}

const isAround =
  ([after, before]: [number, number]) =>
  ({ from, to }: Span) =>
    from <= after && before <= to;

function sequenceOf({ id }: Event): number {
  return Number(id.split("_")[2]);
}
