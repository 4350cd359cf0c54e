import ipaddr from "ipaddr.js";
import { isCloudService, isOwnAddress, isPublicAddress } from "./public-address.ts";

/** Whether something that a model, a command or a repository names may be connected to. */
export type IsReachable = (address: string) => boolean;

/**
 * Public addresses, and those of the networks that the owner names in CIDR form. A wide network opens no more than it says:
 * loopback and link-local addresses need a network that lies inside of theirs, and an address of this host or of a
 * service of its cloud has to be named alone.
 */
export function createReachability(networks: readonly string[] = []): IsReachable {
  const named = networks.map(readNetwork);
  return (address) => isPublicAddress(address) || named.some((network) => opens(network, address));
}

interface Network {
  cidr: ReturnType<typeof ipaddr.parseCIDR>;
  /** The range that all its addresses are in; undefined when it spans several. */
  range: string | undefined;
  isOneAddress: boolean;
}

function readNetwork(text: string): Network {
  const cidr = ipaddr.parseCIDR(text);
  const family = cidr[0].kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = family.networkAddressFromCIDR(text);
  const last = family.broadcastAddressFromCIDR(text);
  const range = first.range() === last.range() ? first.range() : undefined;
  return { cidr, range, isOneAddress: first.toString() === last.toString() };
}

function opens({ cidr, range, isOneAddress }: Network, text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.kind() !== cidr[0].kind() || !address.match(cidr)) return false;
  const own = address.range();
  if (neverReachable.has(own) || isEmbedding(address)) return false;
  if (isCloudService(text)) return isOneAddress;
  if (own === "loopback" || own === "linkLocal") return own === range;
  return isOneAddress || !isOwnAddress(text);
}

/** Addresses that are no single host, or that carry another address, which nobody has checked. */
const neverReachable: ReadonlySet<string> = new Set([
  ...["unspecified", "multicast", "broadcast", "ipv4Mapped", "rfc6145", "rfc6052", "6to4", "teredo"],
]);

/** `::a.b.c.d` and its like. */
function isEmbedding(address: ReturnType<typeof ipaddr.parse>): boolean {
  return (
    address.kind() === "ipv6" && address.range() !== "loopback" && address.match(ipaddr.parseCIDR("::/8"))
  );
}
