import type { Client } from "../../../shared/src/index.ts";
import { createClient } from "../../../shared/src/index.ts";
import type { DiscoveredServer } from "./discovery.ts";
import { discover } from "./discovery.ts";

export type { Client } from "../../../shared/src/index.ts";

/** Tries after the first; a person waits for the answer. */
const retriesMax = 2;
/** A stream is tried again for as long as it takes, and soon after the server is back. */
const backoff = { mostMs: 2000 };

/** A client for the server of this machine, or of the environment. Throws Failure when there is none. */
export function connect(find: () => DiscoveredServer = discover): Client {
  const { baseUrl, apiKey } = find();
  return createClient({ baseUrl, apiKey, retriesMax, backoff, fetch: createFollowingFetch(baseUrl, find) });
}

/** A server that was started again may have another port: a request that does not get through looks for it, and the next try goes there. */
function createFollowingFetch(baseUrl: string, find: () => DiscoveredServer): typeof fetch {
  let current = baseUrl;
  return async (input, init) => {
    const url = typeof input === "string" ? current + input.slice(baseUrl.length) : input;
    try {
      return await fetch(url, init);
    } catch (error) {
      current = found(find) ?? current;
      throw error;
    }
  };
}

function found(find: () => DiscoveredServer): string | undefined {
  try {
    return find().baseUrl;
  } catch {
    return undefined; // Not back yet; the failure of the request is what is told.
  }
}
