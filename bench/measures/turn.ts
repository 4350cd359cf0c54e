import type { ModelKey } from "../model/keys.ts";
import { now, within } from "../monotonic.ts";
import type { Listener, RunningTarget } from "../targets/target.ts";

export interface Turn {
  /** Prompt to first token at the client, in milliseconds. */
  firstMs: number;
  /** Prompt to the end of the turn at the client. */
  wholeMs: number;
  /** Of each token after the first: from the model's write to the client's read. */
  delays: number[];
}

const turnMaxMs = 40_000;

/** One prompt in a session and all that comes of it. */
export async function takeTurn(target: RunningTarget, sessionId: string, model: ModelKey): Promise<Turn> {
  const ear = listen();
  const following = await target.follow(sessionId, ear.listener, "now");
  const startedAt = now();
  try {
    ear.expect();
    await target.send(sessionId, model);
    const endedAt = await within(turnMaxMs, ear.ended, `A turn of ${model}`);
    return {
      firstMs: ear.firstAt() - startedAt,
      wholeMs: endedAt - startedAt,
      delays: ear.delays.slice(1),
    };
  } finally {
    following.close();
  }
}

/** Prompt to first token in a session that does not exist yet. */
export async function startAndHear(target: RunningTarget, model: ModelKey): Promise<number> {
  const startedAt = now();
  const sessionId = await target.createAndSend(model);
  const ear = listen();
  ear.expect();
  const following = await target.follow(sessionId, ear.listener, "start");
  try {
    await within(turnMaxMs, ear.ended, `A turn of ${model}`);
    return ear.firstAt() - startedAt;
  } finally {
    following.close();
  }
}

/** Understands what the model server writes: every token is its number, a colon, the time of its writing and a blank. */
function listen() {
  const delays: number[] = [];
  const end = Promise.withResolvers<number>();
  let firstAt = Number.NaN;
  let isExpecting = false;
  let begun = "";
  const listener: Listener = {
    onText: (text, at) => {
      const pieces = (begun + text).split(" ");
      begun = pieces.pop() ?? "";
      if (Number.isNaN(firstAt) && pieces.length > 0) firstAt = at;
      for (const piece of pieces) delays.push(at - Number(piece.split(":")[1]));
    },
    onIdle: (at) => {
      if (isExpecting && delays.length > 0) end.resolve(at); // Every turn here ends with a token.
    },
  };
  return {
    listener,
    delays,
    ended: end.promise,
    firstAt: () => firstAt,
    expect: () => (isExpecting = true),
  };
}
