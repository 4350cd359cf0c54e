import type { IncomingMessage } from "node:http";
import { AppError } from "../../errors.ts";

export interface AccessCheckOptions {
  /** Names beside the loopback ones, lower case, without port. */
  allowedHosts: readonly string[];
  isKey(candidate: string): boolean;
}

/** Throws misdirected-request, forbidden-origin or unauthorized, in that order, for a request that may not pass. Reads no body. */
export type AccessCheck = (request: IncomingMessage) => void;

export const socketProtocol = "talkcody.v1";
const keyProtocol = "talkcody.key.";

/** The door: Host against DNS rebinding, Origin against other sites, the key against everyone else. */
export function createAccessCheck({ allowedHosts, isKey }: AccessCheckOptions): AccessCheck {
  const hosts = new Set(["localhost", "127.0.0.1", "[::1]", ...allowedHosts]);
  return (request) => {
    const host = hostOf(request);
    if (host === undefined || !hosts.has(host.replace(/:\d{1,5}$/, "")))
      throw new AppError(
        "misdirected-request",
        "Expected a host name this server answers for; add it to TALKCODY_ALLOWED_HOSTS if it is yours.",
      );
    if (!isOwnOrigin(request.headers.origin, host))
      throw new AppError("forbidden-origin", "Expected no Origin, or the origin of this server itself.");
    const [key, ...others] = credentials(request);
    if (key === undefined || others.length > 0 || !isKey(key))
      throw new AppError(
        "unauthorized",
        "Expected one valid API key, as X-API-Key or as Authorization: Bearer.",
      );
  };
}

/** Lower case, with port. Undefined unless there is exactly one and the target is a path. */
function hostOf(request: IncomingMessage): string | undefined {
  const [host, ...others] = valuesOf(request, "host");
  const isPath = request.url?.startsWith("/") === true;
  return others.length === 0 && isPath ? host?.toLowerCase() : undefined;
}

/** Behind a proxy the scheme may differ, so only host and port are held against each other. */
function isOwnOrigin(origin: string | undefined, host: string): boolean {
  if (origin === undefined) return true;
  return /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, "").toLowerCase() === host;
}

function credentials(request: IncomingMessage): string[] {
  const bearers = valuesOf(request, "authorization").flatMap(
    (value) => /^Bearer +(.*)$/i.exec(value)?.[1] ?? [],
  );
  const given = [...valuesOf(request, "x-api-key"), ...bearers];
  return given.length > 0 || request.headers.upgrade === undefined ? given : protocolKeys(request);
}

/** Browsers can set no header on a WebSocket but the subprotocols. */
function protocolKeys(request: IncomingMessage): string[] {
  const protocols = valuesOf(request, "sec-websocket-protocol").flatMap((value) => value.split(","));
  return protocols
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol.startsWith(keyProtocol))
    .map((protocol) => Buffer.from(protocol.slice(keyProtocol.length), "base64url").toString("utf8"));
}

/** Every value of a header; Node's own view of some headers hides that there were two. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.flatMap((header, place) =>
    place % 2 === 0 && header.toLowerCase() === name ? [rawHeaders[place + 1] ?? ""] : [],
  );
}
