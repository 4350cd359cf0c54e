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
  /** Complete: every tool call has its result. */
  history: readonly HistoryMessage[];
  /** Files the history refers to, by id. A file that is not here is described in words. */
  files: ReadonlyMap<string, ModelFile>;
  tools: readonly ToolSpec[];
  reasoningEffort: ReasoningEffort;
  signal: AbortSignal;
}

/** What a model says, in order. Exactly one `finish` ends it; a stream that ends without one was cut. */
export type ModelEvent =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  /** A part has ended and carries something the provider wants back with it. */
  | { type: "part-metadata"; part: "text" | "reasoning"; providerMetadata: ProviderMetadata }
  /** `input` is the text as the model wrote it; it may not be JSON. */
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
  | "overloaded" // 5xx, 529, the provider's own words
  | "network" // refused, reset, cut before `finish`
  | "timeout" // nothing came for too long
  | "context-overflow"
  | "unauthorized" // 401, 403
  | "refused" // any other 4xx
  | "malformed"; // what came is not of the wire

export class ModelError extends Error {
  readonly failure: ModelFailure;
  /** What the provider asked us to wait. */
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

/** Trying the same request again may help. */
export function isTransientModelFailure(failure: ModelFailure): boolean {
  return (
    failure === "rate-limited" ||
    failure === "overloaded" ||
    failure === "network" ||
    failure === "timeout" ||
    failure === "malformed"
  );
}

/** Language models of all configured providers. No retries, no loops: one request, one stream. */
export interface ModelClient {
  /** Throws ModelError from the iterator. Leaving the iterator, or the signal, ends the request at the socket. */
  stream(request: ModelRequest): AsyncIterable<ModelEvent>;
  /** Undefined when it can answer; else why not, in words for a person. */
  problemWith(model: string): string | undefined;
  /** All configured models; provider lists are cached for five minutes and cost at most 3 s. */
  list(): Promise<Omit<ModelPage, "defaultModel" | "nextCursor">>;
}

/** Where the model room learns of providers; read anew for each request, so a changed key works at once. */
export interface ProviderSource {
  providers(): ReadonlyMap<string, Provider>;
}

export function splitModelId(model: string): { modelKey: string; providerId: string } {
  const at = model.lastIndexOf("@");
  return { modelKey: model.slice(0, at), providerId: model.slice(at + 1) };
}
