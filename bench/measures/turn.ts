import type { ModelKey } from "../model/keys.ts";
import { now, within } from "../monotonic.ts";
import type { Listener, RunningTarget } from "../targets/target.ts";

export interface Turn {
  /** Prompt to first token at the client, in milliseconds. */
  firstMs: number;
  /** Prompt to the end of the turn at the client. */
  wholeMs: number;
  /** For each token after the first, milliseconds from the model's write to the client's read. */
  delays: number[];
}

const turnMaxMs = 40_000;

/** Sends one prompt to a session and waits for the end of the turn. */
export async function takeTurn(target: RunningTarget, sessionId: string, model: ModelKey): Promise<Turn> {
  const answer = readAnswer();
  const following = await target.follow(sessionId, answer.listener, "now");
  const startedAt = now();
  try {
    answer.expect();
    await target.send(sessionId, model);
    const endedAt = await within(turnMaxMs, answer.ended, `A turn of ${model}`);
    return {
      firstMs: answer.firstAt() - startedAt,
      wholeMs: endedAt - startedAt,
      delays: answer.delays.slice(1),
    };
  } finally {
    following.close();
  }
}

/** Prompt to first token in a session that does not exist yet. */
export async function timeToFirstToken(target: RunningTarget, model: ModelKey): Promise<number> {
  const startedAt = now();
  const sessionId = await target.createAndSend(model);
  const answer = readAnswer();
  answer.expect();
  const following = await target.follow(sessionId, answer.listener, "start");
  try {
    await within(turnMaxMs, answer.ended, `A turn of ${model}`);
    return answer.firstAt() - startedAt;
  } finally {
    following.close();
  }
}

/** Reads the tokens of the model server: a number, a colon, the time it was written, and a blank. */
function readAnswer() {
  const delays: number[] = [];
  const end = Promise.withResolvers<number>();
  let firstAt = Number.NaN;
  let isExpecting = false;
  let partial = "";
  const listener: Listener = {
    onText: (text, at) => {
      const pieces = (partial + text).split(" ");
      partial = pieces.pop() ?? "";
      if (Number.isNaN(firstAt) && pieces.length > 0) firstAt = at;
      for (const piece of pieces) delays.push(at - Number(piece.split(":")[1]));
    },
    onIdle: (at) => {
      if (isExpecting && delays.length > 0) end.resolve(at); // Every turn of the model server has a token.
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
