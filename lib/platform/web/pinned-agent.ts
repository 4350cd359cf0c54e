import type { LookupFunction } from "node:net";
import type { Agent } from "undici";

export interface ResolvedAddress {
  address: string;
  /** 4 or 6. */
  family: number;
}

/** Connects only to the addresses that were checked, even if the name resolves to others now. Keeps no connection open. */
export async function createPinnedAgent(
  addresses: readonly ResolvedAddress[],
  timeoutMs: number,
): Promise<Agent> {
  const { Agent } = await import("undici"); // Takes 30 ms to load, and few sessions fetch a page.
  const pinned: LookupFunction = (_host, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? "", first?.family);
  };
  return new Agent({
    connect: { lookup: pinned, timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: 32 * 1024,
    pipelining: 0,
  });
}
