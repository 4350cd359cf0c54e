import { backoffMs } from "../connection/backoff.ts";
import type { Connection } from "../connection/connection.ts";
import { ProblemError } from "../connection/problem.ts";
import type { Schemas } from "../schemas.ts";

type Frame = Schemas["WebSocketFrame"];
type WithoutId<T> = T extends { id: string } ? Omit<T, "id"> : never;
export type SocketRequest = WithoutId<Schemas["WebSocketRequest"]>;

/** Requests over the socket and their answers, over any number of connections. */
export interface Requests {
  /**
   * Resolves to the body of the ack; rejects with ProblemError. Sent again after the connection broke, and when the
   * server was busy.
   */
  ask(request: SocketRequest): Promise<unknown>;
  /**
   * Asks on this connection only. Resolves to the refusal, or to undefined when there is none; never rejects.
   * Calls `onAccepted` before any later frame is received.
   */
  subscribe(request: SocketRequest, onAccepted?: () => void): Promise<ProblemError | undefined>;
  ping(): void;
  /** Sends what waits over a new connection. */
  connect(write: (text: string) => void): void;
  disconnect(): void;
  /** Settles the request that a frame answers. Returns the frame when it is no answer. */
  receive(text: string): Frame | undefined;
  /** Rejects all requests, now and later. The first error stays. */
  refuseAll(error: unknown): void;
}

type Answer = { body: unknown } | { error: unknown };

interface PendingRequest {
  text: string;
  settle: (answer: Answer) => void;
  /** It has no meaning on a later connection. */
  isPerConnection: boolean;
  /** How often a busy server refused it. */
  refusals: number;
}

type Retries = Pick<Connection, "backoff" | "retriesMax">;

interface Context {
  readonly retries: Retries;
  /** Requests without an answer, by id. */
  readonly pending: Map<string, PendingRequest>;
  /** Sends over the current connection; undefined while there is none. */
  write: ((text: string) => void) | undefined;
  /** The number in the last id that was used. */
  lastNumber: number;
  /** Set when no request can succeed any more. */
  closed: { error: unknown } | undefined;
}

export function createRequests(retries: Retries): Requests {
  const pending = new Map<string, PendingRequest>();
  const context: Context = { retries, pending, write: undefined, lastNumber: 0, closed: undefined };
  return {
    ask: (request) => ask(context, request),
    subscribe: (request, onAccepted) => subscribe(context, request, onAccepted),
    ping: () => context.write?.(JSON.stringify({ type: "ping", id: `p${++context.lastNumber}` })),
    connect: (write) => connect(context, write),
    disconnect: () => disconnect(context),
    receive: (text) => receive(context, text),
    refuseAll: (error) => refuseAll(context, error),
  };
}

async function ask(context: Context, request: SocketRequest): Promise<unknown> {
  const answer = await send(context, request, { isPerConnection: false });
  if ("error" in answer) throw answer.error;
  return answer.body;
}

async function subscribe(
  context: Context,
  request: SocketRequest,
  onAccepted?: () => void,
): Promise<ProblemError | undefined> {
  const answer = await send(context, request, { isPerConnection: true, onAccepted });
  return "error" in answer && answer.error instanceof ProblemError ? answer.error : undefined;
}

function send(
  context: Context,
  request: SocketRequest,
  { isPerConnection, onAccepted }: { isPerConnection: boolean; onAccepted?: (() => void) | undefined },
): Promise<Answer> {
  return new Promise((resolve) => {
    if (context.closed) return resolve(context.closed);
    const id = `r${++context.lastNumber}`;
    const text = JSON.stringify({ ...request, id });
    const settle = (answer: Answer) => {
      if ("body" in answer) onAccepted?.();
      resolve(answer);
    };
    context.pending.set(id, { text, settle, isPerConnection, refusals: 0 });
    context.write?.(text);
  });
}

function connect(context: Context, write: (text: string) => void): void {
  context.write = write;
  for (const { text } of context.pending.values()) write(text);
}

function disconnect(context: Context): void {
  context.write = undefined;
  for (const [id, { isPerConnection }] of context.pending) {
    if (isPerConnection) settle(context, id, { body: null });
  }
}

function receive(context: Context, text: string): Frame | undefined {
  const frame = JSON.parse(text) as Frame; // The server's own tests check its frames against the contract.
  if (frame.type === "ack") settle(context, frame.id, { body: frame.body });
  else if (frame.type === "error" && "problem" in frame) refuse(context, frame.id, frame.problem);
  else if (frame.type !== "pong") return frame;
  return undefined;
}

function settle({ pending }: Context, id: string | null, answer: Answer): void {
  pending.get(id ?? "")?.settle(answer);
  pending.delete(id ?? "");
}

/** Rejects the request, or sends it again later, under the same key, when the server was only busy. */
function refuse(context: Context, id: string | null, problem: Schemas["Problem"]): void {
  const { pending, retries } = context;
  const request = pending.get(id ?? "");
  if (request === undefined || problem.status !== 503 || ++request.refusals > retries.retriesMax)
    return settle(context, id, { error: new ProblemError(problem) });
  const sendAgain = () => {
    if (pending.get(id ?? "") === request) context.write?.(request.text);
  };
  setTimeout(sendAgain, backoffMs(retries.backoff, request.refusals));
}

function refuseAll(context: Context, error: unknown): void {
  context.closed ??= { error };
  for (const id of context.pending.keys()) settle(context, id, { error });
}
