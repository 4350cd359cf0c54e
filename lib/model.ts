import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { HistoryMessage, ProviderMetadata } from "./message.ts";
import type { Provider } from "./settings.ts";
import type { Usage } from "./task.ts";
import type { ToolSpec } from "./tool.ts";

export type Model = Schemas["Model"];
export type ModelPage = Schemas["ModelPage"];
export type ReasoningEffort = Schemas["ReasoningEffort"];

/** A file of a message, ready for the model. */
export interface ModelFile {
  fileId: string;
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

export interface ModelRequest {
  /** `modelKey@providerId`. */
  model: string;
  system: string;
  /** Every tool call in it has its result. */
  history: readonly HistoryMessage[];
  /** Files that the history refers to, by id. A file that is missing here is described in words. */
  files: ReadonlyMap<string, ModelFile>;
  tools: readonly ToolSpec[];
  reasoningEffort: ReasoningEffort;
  signal: AbortSignal;
}

/** One event of a model's stream. The last one is `finish`; a stream without it was cut. */
export type ModelEvent =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  /** The current part has ended, and the provider must get this back with it. */
  | { type: "part-metadata"; part: "text" | "reasoning"; providerMetadata: ProviderMetadata }
  /** `input` is the text that the model wrote. It may be invalid JSON. */
  | {
      type: "tool-call";
      toolCallId: string;
      toolName: string;
      input: string;
      providerMetadata: ProviderMetadata;
    }
  /** `usage.costUsd` is 0 when the price is not known. */
  | { type: "finish"; reason: "stop" | "length" | "tool-calls" | "content-filter" | "other"; usage: Usage };

export type ModelFailure =
  | "rate-limited" // 429
  | "overloaded" // 5xx, 529, or an error event that says so
  | "network" // connection refused, reset, or cut before `finish`
  | "timeout" // no event for too long, or an answer that takes too long
  | "context-overflow"
  | "unauthorized" // 401, 403
  | "refused" // any other 4xx
  | "malformed"; // the response does not follow the provider's format

export class ModelError extends Error {
  readonly failure: ModelFailure;
  /** The wait that the provider asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(
    failure: ModelFailure,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "ModelError";
    this.failure = failure;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether the same request may succeed later. */
export function isTransientModelFailure(failure: ModelFailure): boolean {
  return (
    failure === "rate-limited" ||
    failure === "overloaded" ||
    failure === "network" ||
    failure === "timeout" ||
    failure === "malformed"
  );
}

/** Language models of all configured providers. One request gives one stream; the caller retries. */
export interface ModelClient {
  /** The iterator throws ModelError. Leaving the iterator, or aborting the signal, closes the connection. */
  stream(request: ModelRequest): AsyncIterable<ModelEvent>;
  /** For a person: why the model cannot answer. Undefined when it can. */
  problemWith(model: string): string | undefined;
  /** All configured models. The lists of providers are cached for five minutes; a provider has 3 s to answer. */
  list(): Promise<Omit<ModelPage, "defaultModel" | "nextCursor">>;
}

/** The configured providers. They are read for each request, so a changed key works at once. */
export interface ProviderSource {
  providers(): ReadonlyMap<string, Provider>;
}

export function splitModelId(model: string): { modelKey: string; providerId: string } {
  const at = model.lastIndexOf("@");
  return { modelKey: model.slice(0, at), providerId: model.slice(at + 1) };
}
