import { isIP } from "node:net";

/**
 * The address under which failed keys are counted. `forwarded` are the values of the header in which a proxy names its
 * caller; pass none when there is no proxy, because then any caller can send the header.
 */
export function clientAddress(forwarded: readonly string[], connection: string | undefined): string {
  // A proxy appends to what its caller sent, so only the last entry is from the proxy itself.
  const last = forwarded.join(",").split(",").at(-1)?.trim() ?? "";
  return network((isIP(last) === 0 ? connection : last) ?? "unknown");
}

/** An IPv6 host can choose any address of its /64 network, so the network is counted instead of the address. */
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
