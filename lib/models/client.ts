import type { LanguageModelV4FunctionTool } from "@ai-sdk/provider";
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
import { eventsFrom } from "./events.ts";
import { modelErrorFrom } from "./failures.ts";
import { wireOf } from "./wires/wires.ts";
import { createListing } from "./listing.ts";
import { fetchWithIdleTimeout } from "./idle-timeout-fetch.ts";
import { promptFrom } from "./request/prompt.ts";
import { baseUrlOf, modelFacts, modelProblem, withBuiltIn } from "./providers.ts";
import { createScripted } from "./scripted/scripted.ts";
import { watchedFetch } from "./watched-fetch.ts";
import type { Wire } from "./wires/wire.ts";
import { wellFormed } from "../well-formed.ts";

export interface ModelClientOptions {
  providers: ProviderSource;
  /** A provider that says nothing for this long has failed; before the headers as well. */
  idleTimeoutMs: number;
  fetch?: typeof globalThis.fetch;
  clock?: Clock;
}

type Deps = Required<Omit<ModelClientOptions, "fetch">> & Pick<ModelClientOptions, "fetch">;

/** All providers behind one port. When the request's signal is aborted, the iterator throws the signal's reason. */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const deps: Deps = { clock: systemClock, ...options };
  const scripted = createScripted(deps.clock);
  const providers = () => withBuiltIn(options.providers.providers());
  return {
    stream: (request) => {
      const all = providers();
      const problem = modelProblem(request.model, all);
      const { modelKey, providerId } = splitModelId(request.model);
      const provider = all.get(providerId);
      if (problem !== undefined || provider === undefined) return failing(problem ?? "");
      const wire = wireOf(provider.type);
      const rates = {
        pricing: modelFacts(provider.type, modelKey, provider.models).pricing,
        cacheWriteFactor: 1,
      };
      if (wire === undefined) return wellFormedEvents(scripted.stream(request, { modelKey, rates }));
      const target = { wire, provider, providerId, modelKey };
      const events = streamFrom(request, target, {
        ...deps,
        rates: { ...rates, cacheWriteFactor: wire.cacheWriteFactor },
      });
      return wellFormedEvents(events);
    },
    problemWith: (model) => modelProblem(model, providers()),
    list: createListing({ providers, clock: deps.clock, fetch: options.fetch ?? globalThis.fetch }),
  };
}

// oxlint-disable-next-line require-yield -- It only ever throws.
async function* failing(problem: string): AsyncGenerator<ModelEvent, void, undefined> {
  throw new ModelError("refused", problem);
}

interface Target {
  wire: Wire;
  provider: Provider;
  providerId: string;
  modelKey: string;
}

async function* streamFrom(
  request: ModelRequest,
  target: Target,
  deps: Deps & { rates: Parameters<typeof eventsFrom>[1]["rates"] },
): AsyncGenerator<ModelEvent, void, undefined> {
  const ending = new AbortController();
  try {
    request.signal.throwIfAborted();
    const { stream } = await answerTo(request, target, { ...deps, ending });
    yield* eventsFrom(stream, { providerId: target.providerId, rates: deps.rates });
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    if (ending.signal.aborted) throw ending.signal.reason;
    const { providerId, provider } = target;
    throw modelErrorFrom(error, { providerId, apiKey: provider.apiKey ?? "", now: deps.clock.now() });
  } finally {
    ending.abort(); // Closes the socket when the iterator was left early.
  }
}

async function answerTo(
  request: ModelRequest,
  { wire, provider, providerId, modelKey }: Target,
  { clock, idleTimeoutMs, fetch, ending }: Deps & { ending: AbortController },
) {
  const usedFetch = fetch ?? (await fetchWithIdleTimeout(idleTimeoutMs));
  const model = await wire.open({
    modelKey,
    baseUrl: baseUrlOf(provider, wire),
    apiKey: provider.apiKey ?? "",
    fetch: watchedFetch({ fetch: usedFetch, clock, idleTimeoutMs, ending }),
  });
  const { strictTools, ...options } = wire.options({ modelKey, reasoningEffort: request.reasoningEffort });
  return model.doStream({
    ...options,
    prompt: wire.shape(promptFrom(request, { providerId, mediaTypes: wire.mediaTypes })),
    tools: request.tools.map((tool) => functionTool(tool, strictTools)),
    abortSignal: AbortSignal.any([request.signal, ending.signal]),
  });
}

function functionTool(
  { name, description, inputSchema }: ModelRequest["tools"][number],
  strict: boolean | undefined,
): LanguageModelV4FunctionTool {
  return { type: "function", name, description, inputSchema, ...(strict === undefined ? {} : { strict }) };
}

/** The same events in well-formed text. A pair whose halves come in two pieces is put together. */
async function* wellFormedEvents(
  events: AsyncIterable<ModelEvent>,
): AsyncGenerator<ModelEvent, void, undefined> {
  let held = "";
  let heldType: Spoken["type"] = "text";
  for await (const event of events) {
    const isContinued = isSpoken(event) && event.type === heldType;
    if (held !== "" && !isContinued) yield { type: heldType, text: "\uFFFD" };
    if (!isSpoken(event)) {
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

type Spoken = Extract<ModelEvent, { text: string }>;

function isSpoken(event: ModelEvent): event is Spoken {
  return event.type === "text" || event.type === "reasoning";
}
