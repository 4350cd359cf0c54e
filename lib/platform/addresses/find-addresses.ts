import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { unlessAborted } from "../../ports/clock.ts";
import type { IsReachable } from "./reachable-address.ts";

export interface ResolvedAddress {
  address: string;
  /** 4 or 6. */
  family: number;
}

/** Resolves a host name to all its addresses, an address to itself. */
export type ResolveHost = (host: string) => Promise<ResolvedAddress[]>;

/** The host, or one of its addresses, must not be connected to. */
export class UnreachableHost extends Error {}

/** With the order of the resolver. */
export const resolveHost: ResolveHost = (host) => lookup(host, { all: true, verbatim: true });

export interface FindAddresses {
  resolve: ResolveHost;
  isReachable: IsReachable;
  signal: AbortSignal;
}

/**
 * The addresses of a host. Throws UnreachableHost when one of them is not reachable, since a name that also has a private
 * address may be an attack. Connect to these addresses only: the name may resolve to others the next time.
 */
export async function findAddresses(
  host: string,
  { resolve, isReachable, signal }: FindAddresses,
): Promise<ResolvedAddress[]> {
  const family = isIP(host);
  const found = family === 0 ? await unlessAborted(resolve(host), signal) : [{ address: host, family }];
  if (found.length === 0) throw new UnreachableHost(`The host ${host} has no address.`);
  if (found.every(({ address }) => isReachable(address))) return found;
  throw new UnreachableHost(`${host} is not on the public internet.`);
}

/** At most `max` lookups at a time: one blocks a thread that file access needs too, and cannot be cancelled. */
export function limitLookups(resolve: ResolveHost, max: number): ResolveHost {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (host) => {
    if (running >= max) await new Promise<void>((next) => void waiting.push(next));
    else running++;
    try {
      return await resolve(host);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
