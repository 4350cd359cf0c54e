import type { Agent } from "undici";
import type { ResolvedAddress } from "../addresses/find-addresses.ts";
import { pinnedLookup } from "../addresses/pinned-lookup.ts";

/** Connects only to the addresses that were checked, even if the name resolves to others now. Keeps no connection open. */
export async function createPinnedAgent(
  addresses: readonly ResolvedAddress[],
  timeoutMs: number,
): Promise<Agent> {
  const { Agent } = await import("undici"); // Takes 30 ms to load, and few sessions fetch a page.
  return new Agent({
    connect: { lookup: pinnedLookup(addresses), timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: 32 * 1024,
    pipelining: 0,
  });
}
