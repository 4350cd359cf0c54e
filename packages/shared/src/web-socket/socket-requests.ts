import { backoffMs } from "../connection/backoff.ts";
import type { Connection } from "../connection/connection.ts";
import type { Schemas } from "../schemas.ts";
import { ProblemError } from "../connection/problem.ts";

type Frame = Schemas["WebSocketFrame"];
type WithoutId<T> = T extends { id: string } ? Omit<T, "id"> : never;
export type SocketRequest = WithoutId<Schemas["WebSocketRequest"]>;

/** Requests over the socket and their answers, over any number of connections. */
export interface Requests {
  /** Resolves to the body of the ack; rejects with ProblemError. What a cut line left open, or a busy server refused, is sent again. */
  ask(request: SocketRequest): Promise<unknown>;
  /** Asks on this connection only; rejects never, resolves to the refusal or undefined. Calls `onAccepted` before any later frame is received. */
  subscribe(request: SocketRequest, onAccepted?: () => void): Promise<ProblemError | undefined>;
  ping(): void;
  connect(write: (text: string) => void): void;
  disconnect(): void;
  /** Takes the answers out; returns what is no answer. */
  receive(text: string): Frame | undefined;
  refuseAll(error: unknown): void;
}

type Answer = { body: unknown } | { error: unknown };

interface Open {
  text: string;
  settle: (answer: Answer) => void;
  /** Means something only on the connection it was sent on. */
  isPassing: boolean;
  refusals: number;
}

export function createRequests({
  retriesMax,
  backoff,
}: Pick<Connection, "retriesMax" | "backoff">): Requests {
  const open = new Map<string, Open>();
  let write: ((text: string) => void) | undefined;
  let count = 0;
  let refusal: { error: unknown } | undefined;

  const send = (request: SocketRequest, isPassing: boolean, onAccepted = () => {}) =>
    new Promise<Answer>((resolve) => {
      if (refusal) return resolve(refusal);
      const id = `r${++count}`;
      const text = JSON.stringify({ ...request, id });
      const settle = (answer: Answer) => {
        if ("body" in answer) onAccepted();
        resolve(answer);
      };
      open.set(id, { text, settle, isPassing, refusals: 0 });
      write?.(text);
    });
  const answer = (id: string | null, outcome: Answer) => {
    open.get(id ?? "")?.settle(outcome);
    open.delete(id ?? "");
  };
  /** Busy is no answer: the request is repeated, under its key, as it is over HTTP. */
  const refuse = (id: string | null, problem: Schemas["Problem"]) => {
    const request = open.get(id ?? "");
    if (request === undefined || problem.status !== 503 || ++request.refusals > retriesMax)
      return answer(id, { error: new ProblemError(problem) });
    setTimeout(
      () => {
        if (open.get(id ?? "") === request) write?.(request.text);
      },
      backoffMs(backoff, request.refusals),
    );
  };
  return {
    async ask(request) {
      const outcome = await send(request, false);
      if ("error" in outcome) throw outcome.error;
      return outcome.body;
    },
    async subscribe(request, onAccepted) {
      const outcome = await send(request, true, onAccepted);
      return "error" in outcome && outcome.error instanceof ProblemError ? outcome.error : undefined;
    },
    ping: () => write?.(JSON.stringify({ type: "ping", id: `p${++count}` })),
    connect(writer) {
      write = writer;
      for (const { text } of open.values()) write(text);
    },
    disconnect() {
      write = undefined;
      for (const [id, { isPassing }] of open) if (isPassing) answer(id, { body: null });
    },
    receive(text) {
      const frame = JSON.parse(text) as Frame; // The server's frames are held against the contract in its own tests.
      if (frame.type === "ack") answer(frame.id, { body: frame.body });
      else if (frame.type === "error" && "problem" in frame) refuse(frame.id, frame.problem);
      else if (frame.type !== "pong") return frame;
      return undefined;
    },
    refuseAll(error) {
      refusal ??= { error };
      for (const id of open.keys()) answer(id, { error });
    },
  };
}
