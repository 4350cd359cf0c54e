import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Tells whether a host, with or without its port, is a loopback name or one of the names, which are in lower case. */
export function createHostCheck(names: readonly string[]): (host: string) => boolean {
  const known = new Set(["localhost", "127.0.0.1", "[::1]", ...names]);
  return (host) => known.has(withoutPort(host));
}

/** The host a request asks for, in lower case, with port. Undefined unless there is exactly one and the target is a path. */
export function hostOf(request: IncomingMessage): string | undefined {
  const [host, ...others] = valuesOf(request, "host");
  const isPath = request.url?.startsWith("/") === true;
  return others.length === 0 && isPath ? host?.toLowerCase() : undefined;
}

/** DNS can be made to name this address, so a name must be known; an address cannot be rebound. A browser always says one. */
export function isMisdirected(request: IncomingMessage, isOurs: (host: string) => boolean): boolean {
  if (valuesOf(request, "host").length === 0) return false;
  const host = hostOf(request);
  if (host === undefined) return true;
  const isAddress = isIP(withoutPort(host).replace(/^\[(.*)\]$/, "$1")) !== 0;
  return !isAddress && !isOurs(host);
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, "");
}

/** Every value of a header; Node's own view of some headers hides that there were two. */
export function valuesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.flatMap((header, place) =>
    place % 2 === 0 && header.toLowerCase() === name ? [rawHeaders[place + 1] ?? ""] : [],
  );
}
