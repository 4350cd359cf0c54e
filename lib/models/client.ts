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
import { fetchWithIdleTimeout, nodeFetch } from "./idle-timeout-fetch.ts";
import type { Rates } from "./catalogue/pricing.ts";
import { promptFrom } from "./request/prompt.ts";
import { baseUrlOf, modelFacts, modelProblem, withBuiltIn } from "./providers.ts";
import { createScripted, type Scripted } from "./scripted/scripted.ts";
import type { Wire } from "./wires/wire.ts";
import { wellFormedEvents } from "./well-formed-events.ts";

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

interface ClientContext {
  providers(): ReadonlyMap<string, Provider>;
  clock: Clock;
  /** Undefined: Node's. */
  fetch: typeof globalThis.fetch | undefined;
  idleTimeoutMs: number;
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

interface WireModel {
  wire: Wire;
  provider: Provider;
  providerId: string;
  modelKey: string;
  rates: Rates;
}

async function* streamFromWire(
  context: ClientContext,
  request: ModelRequest,
  target: WireModel,
): AsyncGenerator<ModelEvent, void, undefined> {
  const { provider, providerId, rates } = target;
  const ending = new AbortController();
  try {
    request.signal.throwIfAborted();
    const { stream } = await requestStream(context, request, { ...target, ending });
    yield* eventsFrom(stream, { providerId, rates });
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    if (ending.signal.aborted) throw ending.signal.reason;
    throw modelErrorFrom(error, { providerId, apiKey: provider.apiKey ?? "", now: context.clock.now() });
  } finally {
    ending.abort(); // Closes the socket when the iterator was left early.
  }
}

async function requestStream(
  { clock, idleTimeoutMs, fetch }: ClientContext,
  request: ModelRequest,
  { wire, provider, providerId, modelKey, ending }: WireModel & { ending: AbortController },
) {
  const baseFetch = fetch ?? (await nodeFetch(idleTimeoutMs));
  const model = await wire.open({
    modelKey,
    baseUrl: baseUrlOf(provider, wire),
    apiKey: provider.apiKey ?? "",
    fetch: fetchWithIdleTimeout({ fetch: baseFetch, clock, idleTimeoutMs, ending }),
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
