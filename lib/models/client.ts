import { type Clock, systemClock } from "../ports/clock.ts";
import {
  type ModelClient,
  ModelError,
  type ModelEvent,
  type ModelRequest,
  type ProviderSource,
  splitModelId,
} from "../model.ts";
import type { Provider } from "../settings.ts";
import { wireOf } from "./wires/wires.ts";
import { createListing } from "./listing.ts";
import { modelFacts, modelProblem, withBuiltIn } from "./providers.ts";
import { createScripted, type Scripted } from "./scripted/scripted.ts";
import { streamFromWire, type ProviderConnection } from "./wire-stream.ts";
import { wellFormed } from "../well-formed.ts";

export interface ModelClientOptions {
  providers: ProviderSource;
  /** A provider that sends nothing for this long has failed, before the headers or between two pieces of the body. */
  idleTimeoutMs: number;
  fetch?: typeof globalThis.fetch;
  clock?: Clock;
}

/** All providers behind one port. When the request's signal is aborted, the iterator throws the signal's reason. */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const { clock = systemClock, fetch, idleTimeoutMs } = options;
  const providers = () => withBuiltIn(options.providers.providers());
  const context = { providers, clock, fetch, idleTimeoutMs, scripted: createScripted(clock) };
  return {
    stream: (request) => wellFormedEvents(streamFromProvider(context, request)),
    problemWith: (model) => modelProblem(model, providers()),
    list: createListing({ providers, clock, fetch: fetch ?? globalThis.fetch }),
  };
}

interface ClientContext extends ProviderConnection {
  providers(): ReadonlyMap<string, Provider>;
  scripted: Scripted;
}

function streamFromProvider(context: ClientContext, request: ModelRequest): AsyncIterable<ModelEvent> {
  const all = context.providers();
  const problem = modelProblem(request.model, all);
  const { modelKey, providerId } = splitModelId(request.model);
  const provider = all.get(providerId);
  if (problem !== undefined || provider === undefined) return failWith(problem ?? "");
  const wire = wireOf(provider.type);
  const { pricing } = modelFacts(provider.type, modelKey, provider.models);
  if (wire === undefined)
    return context.scripted.stream(request, { modelKey, rates: { pricing, cacheWriteFactor: 1 } });
  const rates = { pricing, cacheWriteFactor: wire.cacheWriteFactor };
  return streamFromWire(context, request, { wire, provider, providerId, modelKey, rates });
}

// oxlint-disable-next-line require-yield -- It only ever throws.
async function* failWith(problem: string): AsyncGenerator<ModelEvent, void, undefined> {
  throw new ModelError("refused", problem);
}

/** The same events with well-formed text. A surrogate pair that arrives in two pieces is joined. */
async function* wellFormedEvents(
  events: AsyncIterable<ModelEvent>,
): AsyncGenerator<ModelEvent, void, undefined> {
  let held = "";
  let heldType: TextEvent["type"] = "text";
  for await (const event of events) {
    const isContinued = isText(event) && event.type === heldType;
    if (held !== "" && !isContinued) yield { type: heldType, text: "\uFFFD" };
    if (!isText(event)) {
      held = "";
      yield wellFormed(event);
      continue;
    }
    const text = isContinued ? held + event.text : event.text;
    held = /[\uD800-\uDBFF]$/.exec(text)?.[0] ?? "";
    heldType = event.type;
    const whole = text.slice(0, text.length - held.length);
    if (whole !== "") yield { type: event.type, text: whole.toWellFormed() };
  }
}

type TextEvent = Extract<ModelEvent, { text: string }>;

function isText(event: ModelEvent): event is TextEvent {
  return event.type === "text" || event.type === "reasoning";
}
