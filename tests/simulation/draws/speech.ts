import { ModelError } from "../../../lib/model.ts";
import type { ModelEvent, ModelRequest } from "../../../lib/model.ts";
import { drawCalls } from "./speech-calls.ts";
import type { Stage } from "../stage.ts";

/** What a model will say to one request: events, and perhaps how it breaks off. */
export interface Speech {
  events: ModelEvent[];
  failure?: ModelError;
  /** It says nothing more from here on, and does not end either. */
  stallsAfter?: number;
}

/** Draws an answer, whole or broken in one of the ways that providers know. */
export function drawSpeech(request: ModelRequest, sessionId: string, stage: Stage): Speech {
  const { faults, random } = stage;
  const refused = drawRefusal(stage);
  if (refused !== undefined) return { events: [], failure: refused };
  if (faults.strikes("empty answer", 0.02)) return { events: [finish(stage)] };
  const events = [...drawText(stage), ...drawCalls(request, sessionId, stage), finish(stage)];
  if (faults.strikes("stall", 0.01)) return { events, stallsAfter: random.below(events.length) };
  if (!faults.strikes("stream cut", 0.06)) return { events };
  const kept = events.slice(0, random.below(events.length));
  if (random.chance(0.5)) return { events: kept };
  return { events: kept, failure: new ModelError("network", "The connection was reset.") };
}

function drawRefusal({ faults, random }: Stage): ModelError | undefined {
  if (faults.strikes("rate limit", 0.05)) {
    const retryAfterMs = random.chance(0.1) ? 600_000 : random.below(20_000);
    return new ModelError("rate-limited", "Too many requests.", { retryAfterMs });
  }
  if (faults.strikes("server error", 0.03)) return new ModelError("overloaded", "The provider said 500.");
  if (faults.strikes("overload", 0.02)) return new ModelError("overloaded", "The provider said 529.");
  if (faults.strikes("refusal", 0.01)) return new ModelError("refused", "The provider said 400.");
  return undefined;
}

function drawText({ random }: Stage): ModelEvent[] {
  const events: ModelEvent[] = [];
  if (random.chance(0.3)) events.push({ type: "reasoning", text: `I think ${random.below(100)}. ` });
  const pieces = 1 + random.below(4);
  for (let piece = 0; piece < pieces; piece++)
    events.push({ type: "text", text: `Word ${random.below(1000)} é𝄞. ` });
  return events;
}

function finish({ random }: Stage): ModelEvent {
  // Powers of two: sums are exact, in whichever order they are made.
  const costUsd = random.below(8) / 1024;
  const usage = {
    inputTokens: random.below(500),
    outputTokens: random.below(50),
    cachedInputTokens: 0,
    costUsd,
  };
  return { type: "finish", reason: "stop", usage };
}
