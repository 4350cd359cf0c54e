import type { HostTarget } from "../../ports/network.ts";

/** The target of a request is not written in the one form that is accepted. The message says how to write it. */
export class BadTarget extends Error {}

/** Reads `host:port`, as CONNECT has it. */
export function readAuthority(text: string): HostTarget {
  const [, host = "", port = ""] = /^(.*):([1-9]\d{0,4})$/.exec(text) ?? [];
  return { host: checkHost(host), port: checkPort(port) };
}

/** Reads `http://host/path`, as a request to a proxy has it. */
export function readForwardUrl(text: string): { target: HostTarget; path: string } {
  const [, authority, path = "", query = ""] = /^http:\/\/([^/?#]*)(\/[^?#]*)?(\?[^#]*)?$/.exec(text) ?? [];
  if (authority === undefined)
    throw new BadTarget("This is a proxy: ask with a URL that begins with http://, or with CONNECT.");
  const target = readAuthority(/:\d+$/.test(authority) ? authority : `${authority}:80`);
  return { target, path: `${path || "/"}${query}` };
}

/**
 * A name has one spelling here, so that what is compared with the grants is what is connected to: no other base of an
 * address, no capital, no dot at the end, no user name, no control character.
 */
function checkHost(host: string): string {
  const isWellFormed = host.length <= 253 && (hostName.test(host) || /^\[[0-9a-f:.]{2,45}\]$/.test(host));
  if (isWellFormed && URL.parse(`http://${host}/`)?.hostname === host) return host;
  throw new BadTarget(
    "The host should be a name in lower case without a dot at its end, or an address in its usual form.",
  );
}

const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const hostName = new RegExp(`^(${label}\\.)*${label}$`);

function checkPort(text: string): number {
  const port = Number(text);
  if (port >= 1 && port <= 65_535) return port;
  throw new BadTarget(
    "The target should be a host and a port from 1 to 65535, such as registry.example:443.",
  );
}

/** Names that always mean this host. */
export function isLocalName(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost");
}

/** The address that the host is; undefined for a name. */
export function literalAddress(host: string): string | undefined {
  if (host.startsWith("[")) return host.slice(1, -1);
  return /^[\d.]+$/.test(host) ? host : undefined;
}
