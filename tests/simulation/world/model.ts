import { ModelError } from "../../../lib/model.ts";
import type { ModelClient, ModelEvent, ModelRequest } from "../../../lib/model.ts";
import type { Life } from "../life.ts";
import { checkHistory } from "../audit/provider-check.ts";
import { drawSpeech } from "../draws/speech.ts";
import type { Stage } from "../stage.ts";

/** Silence after which the real client gives a provider up. */
const idleMs = 300_000;

/** A model that says what the seed draws, one piece each time its turn comes. */
export function createModel(life: Life, stage: Stage): ModelClient {
  const { time, sabotage } = stage;
  const { losesResults } = sabotage;
  let count = 0;

  async function* stream(request: ModelRequest): AsyncGenerator<ModelEvent> {
    const sessionId = request.history[0]?.message.sessionId ?? "";
    const name = `model ${life.number}.${++count}`;
    const leave = life.guarded(() => {
      checkHistory(request.history.filter(({ message }) => !losesResults || message.role !== "tool"));
      return life.loops.enter(sessionId, name);
    });
    try {
      yield* speak(name, request, sessionId);
    } finally {
      leave();
    }
  }

  async function* speak(name: string, request: ModelRequest, sessionId: string): AsyncGenerator<ModelEvent> {
    await time.turn(life, `${name} begins`, request.signal);
    const { events, failure, stallsAfter } = drawSpeech(request, sessionId, stage);
    for (const [index, event] of events.entries()) {
      if (index === stallsAfter) {
        await time.clock(life).sleep(idleMs, request.signal);
        throw new ModelError("timeout", "The provider said nothing for 300 s.");
      }
      yield event;
      if (index % 2 === 1) await time.turn(life, `${name} ${event.type}`, request.signal);
    }
    if (failure !== undefined) throw failure;
  }

  return {
    stream,
    problemWith: () => undefined,
    list: async () => ({ items: [], problems: [] }) as never, // Nobody asks here.
  };
}
