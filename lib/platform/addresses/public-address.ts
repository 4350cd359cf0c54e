import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";

/** Whether an address is on the public internet and is neither of this host nor of a service of its cloud. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  if (parsed.kind() === "ipv6" && !parsed.match(ipaddr.parseCIDR("2000::/3"))) return false;
  return !isCloudService(address) && !isOwnAddress(address);
}

/** Services of clouds that answer only their own machines. Azure's and Alibaba's addresses look public. */
export function isCloudService(address: string): boolean {
  return cloudServices.has(address);
}

const cloudServices: ReadonlySet<string> = new Set([
  "168.63.129.16",
  "100.100.100.200",
  "169.254.169.254",
  "fd00:ec2::254",
]);

/** Whether an interface of this host has the address, a public one included. */
export function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => entry.address === address),
  );
}
