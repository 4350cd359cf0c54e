import { setTimeout as pause } from "node:timers/promises";
import { calls, type Step } from "../../support/models/script.ts";
import type { Visit } from "../visit.ts";

/** What would take long is cancelled: a speech, or a command that never ends by itself. */
export async function cancels(visit: Visit): Promise<void> {
  const { ask, effect, mark, random, until } = visit;
  const speaks: Step = { text: mark(), tokens: 5000, tokensPerSecond: 100 };
  const works = calls("bash", { command: effect("; echo began; (setsid sleep 34 &); sleep 35") });
  const talk = await visit.converse([random.pick([speaks, works])], {
    settings: { autoApproveCommands: true },
  });
  const { sessionId, taskId, follower } = talk;
  await until("it began", () =>
    follower.events.some(
      ({ type }) => type === "token" || type === "tool.output" || type === "tool.result" || type === "error",
    ),
  );
  await pause(random.between(0, 200));
  if (random.chance(0.5)) await ask("updateTask", { params: { taskId }, body: { state: "cancelled" } });
  else await ask("createAction", { params: { sessionId }, body: { type: "cancel", taskId } });
  await visit.settle(talk, [taskId]);
}
