import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { valuesOf } from "./host-names.ts";

/**
 * The address a request is counted under. `proxyAddressHeader` is in lower case: the header in which the proxy before the
 * server names its caller. Without it no header is believed, since anybody can send one.
 */
export function createClientAddress(
  proxyAddressHeader: string | undefined,
): (request: IncomingMessage) => string {
  return (request) => {
    const told = proxyAddressHeader === undefined ? [] : valuesOf(request, proxyAddressHeader);
    // A proxy adds to what its caller sent, so only the last is the proxy's own word.
    const last = told.join(",").split(",").at(-1)?.trim() ?? "";
    const address = isIP(last) === 0 ? request.socket.remoteAddress : last;
    return network(address ?? "unknown");
  };
}

/** An IPv6 host has a network of 64 bits to choose its address from, so the network is what counts. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (isIP(plain) !== 6) return plain;
  const [before = "", after] = plain.toLowerCase().replace(/%.*/, "").split("::");
  const first = before === "" ? [] : before.split(":");
  const last = after === undefined || after === "" ? [] : after.split(":");
  const groups =
    after === undefined ? first : [...first, ...Array(8 - first.length - last.length).fill("0"), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
