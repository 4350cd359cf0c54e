import type { Backoff } from "./backoff.ts";
import { defaultBackoff } from "./backoff.ts";

export interface ConnectionOptions {
  /** Address of the server, such as `http://127.0.0.1:4096`. Empty for the origin a page came from. */
  baseUrl: string;
  apiKey: string;
  fetch?: typeof fetch;
  /** Tries after the first one, when the server could not be reached or was busy. */
  retriesMax?: number;
  backoff?: Partial<Backoff>;
}

/** How to reach one server. */
export interface Connection {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly fetch: typeof fetch;
  readonly retriesMax: number;
  readonly backoff: Backoff;
}

export function createConnection(options: ConnectionOptions): Connection {
  const { baseUrl, apiKey, retriesMax = 4 } = options;
  return {
    baseUrl: baseUrl.replace(/\/+$/, ""),
    apiKey,
    // Bound, because browsers refuse a fetch that was taken off its window.
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    retriesMax,
    backoff: { ...defaultBackoff, ...options.backoff },
  };
}
