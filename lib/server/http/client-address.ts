import { isIP } from "node:net";

/**
 * The address a request is counted under. `told` are the values of the header in which a proxy before the server names its
 * caller; none where there is no proxy, since anybody can send a header.
 */
export function clientAddress(told: readonly string[], connection: string | undefined): string {
  // A proxy adds to what its caller sent, so only the last is the proxy's own word.
  const last = told.join(",").split(",").at(-1)?.trim() ?? "";
  return network((isIP(last) === 0 ? connection : last) ?? "unknown");
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
