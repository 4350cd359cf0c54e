import type { Client } from "../../../shared/src/index.ts";
import { createClient } from "../../../shared/src/index.ts";
import type { DiscoveredServer } from "./discovery.ts";
import { discover } from "./discovery.ts";

export type { Client } from "../../../shared/src/index.ts";

/** Few, because a person waits for the answer. */
const retriesMax = 2;
/** Streams reconnect without limit; waits of at most 2 s find a returning server soon. */
const backoff = { mostMs: 2000 };

/** A client for the server on this machine, or the one that the environment names. Throws Failure when there is none. */
export function connect(find: () => DiscoveredServer = discover): Client {
  const { baseUrl, apiKey } = find();
  return createClient({ baseUrl, apiKey, retriesMax, backoff, fetch: createFollowingFetch(baseUrl, find) });
}

/** A restarted server may have another port. So a failed request looks for the server again, and the next try goes there. */
function createFollowingFetch(baseUrl: string, find: () => DiscoveredServer): typeof fetch {
  let current = baseUrl;
  return async (input, init) => {
    const url = typeof input === "string" ? current + input.slice(baseUrl.length) : input;
    try {
      return await fetch(url, init);
    } catch (error) {
      current = findAgain(find) ?? current;
      throw error;
    }
  };
}

function findAgain(find: () => DiscoveredServer): string | undefined {
  try {
    return find().baseUrl;
  } catch {
    return undefined; // Not back yet. The error of the request is the one to show.
  }
}
