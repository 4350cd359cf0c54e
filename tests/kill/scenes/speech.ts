import { script, says, type Step } from "../../support/models/script.ts";
import type { Visit } from "../visit.ts";

/** The agent talks; meanwhile people steer it, and queue what comes after. */
export async function speech(visit: Visit): Promise<void> {
  const { ask, mark, random } = visit;
  const slowly: Step = {
    reasoning: `Because of ${mark()}. `.repeat(2),
    text: `${mark()} was said. `.repeat(12),
    tokensPerSecond: 100,
  };
  const talk = await visit.converse([slowly, says(`Heard ${mark()}.`)]);
  await visit.spoken(talk);
  const params = { sessionId: talk.sessionId };
  const steered = { content: `Rather ${mark()}.`, delivery: "steer" } as const;
  const queued = { content: script(says(`Then ${mark()}.`)), delivery: "queue" } as const;
  const bodies = random.chance(0.5) ? [steered, queued] : [queued, steered];
  const taskIds = [talk.taskId];
  for (const body of bodies) {
    const sent = random.chance(0.4)
      ? await visit.send(talk.sessionId, body)
      : (await ask("sendMessage", { params, body })).body;
    taskIds.push(sent.task.id);
  }
  await visit.settle(talk, taskIds);
}
