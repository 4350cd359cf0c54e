import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";

/** Whether an address is on the public internet and is neither of this host nor of a service of its cloud. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  if (parsed.kind() === "ipv6" && !parsed.match(ipaddr.parseCIDR("2000::/3"))) return false;
  return !isCloudService(address) && !isOwn(address);
}

/** Internal services of Azure and Alibaba Cloud. Their addresses look public. */
function isCloudService(address: string): boolean {
  return address === "168.63.129.16" || address === "100.100.100.200";
}

function isOwn(address: string): boolean {
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => entry.address === address),
  );
}
