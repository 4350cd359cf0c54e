import { type Backoff, defaultBackoff } from "./backoff.ts";

export interface ConnectionOptions {
  /** Address of the server, such as `http://127.0.0.1:4096`. In a browser, empty for the origin of the page. */
  baseUrl: string;
  /** Sent with every request in the header `X-API-Key`. */
  apiKey: string;
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch;
  /** How often a request is repeated when the server cannot be reached or is busy. Default: 4. */
  retriesMax?: number;
  /** Waits between tries. Default: 250 ms, doubled after each failure, at most 30 s, half of it random. */
  backoff?: Partial<Backoff>;
}

/** How to reach one server: the options with their defaults filled in. */
export interface Connection {
  /** Without a slash at its end. */
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
    // Called as a global function: browsers refuse a fetch that is called as a method of another object.
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    retriesMax,
    backoff: { ...defaultBackoff, ...options.backoff },
  };
}
