import type { LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import type { Clock } from "../ports/clock.ts";
import type { ModelEvent, ModelRequest } from "../model.ts";
import type { Provider } from "../settings.ts";
import type { Rates } from "./catalogue/pricing.ts";
import { eventsFrom } from "./events.ts";
import { modelErrorFrom } from "./failures.ts";
import { fetchWithIdleTimeout, nodeFetch } from "./idle-timeout-fetch.ts";
import { baseUrlOf } from "./providers.ts";
import { promptFrom } from "./request/prompt.ts";
import type { Wire } from "./wires/wire.ts";

/** How requests of one client reach their providers. */
export interface ProviderConnection {
  clock: Clock;
  /** Undefined: Node's. */
  fetch: typeof globalThis.fetch | undefined;
  idleTimeoutMs: number;
}

/** A model of a provider that is reached over the network. */
export interface WireModel {
  wire: Wire;
  provider: Provider;
  providerId: string;
  modelKey: string;
  rates: Rates;
}

/** Streams one request to a provider. Throws a ModelError, or the reason of the signal. */
export async function* streamFromWire(
  connection: ProviderConnection,
  request: ModelRequest,
  target: WireModel,
): AsyncGenerator<ModelEvent, void, undefined> {
  const { provider, providerId, rates } = target;
  const ending = new AbortController();
  try {
    request.signal.throwIfAborted();
    const { stream } = await requestStream(connection, request, { ...target, ending });
    yield* eventsFrom(stream, { providerId, rates });
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    if (ending.signal.aborted) throw ending.signal.reason;
    throw modelErrorFrom(error, { providerId, apiKey: provider.apiKey ?? "", now: connection.clock.now() });
  } finally {
    ending.abort(); // Closes the socket when the iterator was left early.
  }
}

async function requestStream(
  { clock, idleTimeoutMs, fetch }: ProviderConnection,
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
