import { script } from "../../support/models/script.ts";
import type { Visit } from "../visit.ts";

/** A model that fails once and is asked again; then one that refuses, which ends its task. */
export async function failures(visit: Visit): Promise<void> {
  const { ask, mark } = visit;
  const once = { failure: "overloaded", afterTokens: 6, times: 1, retryAfterMs: 60 } as const;
  const talk = await visit.converse([
    { text: `At last ${mark()}, said whole.`, tokensPerSecond: 150, fail: once },
  ]);
  await visit.settle(talk, [talk.taskId]);
  const content = script({ text: `Never ${mark()}.`, fail: { failure: "refused", afterTokens: 3 } });
  const { task } = (await ask("sendMessage", { params: { sessionId: talk.sessionId }, body: { content } }))
    .body;
  await visit.settle(talk, [task.id]);
}
