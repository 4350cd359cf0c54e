import type { LookupFunction } from "node:net";
import type { ResolvedAddress } from "./find-addresses.ts";

/** For a connection to addresses that were checked, whatever the name resolves to now. */
export function pinnedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? "", first?.family);
  };
}
