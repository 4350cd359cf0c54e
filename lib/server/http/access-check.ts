import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { AppError } from "../../errors.ts";
import { createFailedKeys, type FailedKeys, type FailedKeysOptions } from "./failed-keys.ts";
import { clientAddress } from "./client-address.ts";
import type { Origins } from "./origins.ts";

export interface AccessCheckOptions extends FailedKeysOptions {
  /** Host names besides loopback ones, in lower case and without port. */
  allowedHosts: readonly string[];
  /** Header in which a proxy names its caller; see `clientAddress`. */
  proxyAddressHeader: string | undefined;
  isKey(candidate: string): boolean;
}

/** Checks that every request must pass before anything else. They do not read the body. */
export interface AccessCheck {
  /** Checks Host, against DNS rebinding, and Origin, against other sites. Throws misdirected-request or forbidden-origin. */
  admit(request: IncomingMessage): void;
  /** Checks the API key. Throws unauthorized, or too-many-failed-keys; a valid key always passes. */
  authorize(request: IncomingMessage): void;
}

export const socketProtocol = "talkcody.v1";
const keyProtocol = "talkcody.key.";

export function createAccessCheck(options: AccessCheckOptions & { origins: Origins }): AccessCheck {
  const context: AccessContext = {
    ...options,
    failedKeys: createFailedKeys(options),
    isOurs: createHostCheck(options.allowedHosts),
  };
  return {
    admit: (request) => admit(context, request),
    authorize: (request) => authorize(context, request),
  };
}

interface AccessContext extends AccessCheckOptions {
  origins: Origins;
  failedKeys: FailedKeys;
  isOurs(host: string): boolean;
}

function admit({ origins, isOurs }: AccessContext, request: IncomingMessage): void {
  const host = hostOf(request);
  if (host === undefined || !isOurs(host))
    throw new AppError(
      "misdirected-request",
      "Expected one Host header with a name of this server. If the name is yours, add it to TALKCODY_ALLOWED_HOSTS.",
    );
  if (!origins.mayAsk(request, host))
    throw new AppError(
      "forbidden-origin",
      "Expected no Origin, the origin of this server, or an allowed one. If the origin is yours, add it to TALKCODY_ALLOWED_ORIGINS.",
    );
}

function authorize({ isKey, failedKeys, proxyAddressHeader }: AccessContext, request: IncomingMessage): void {
  const [key, ...others] = credentials(request);
  if (key !== undefined && others.length === 0 && isKey(key)) return;
  const waitSeconds =
    key === undefined ? undefined : failedKeys.count(addressOf(request, proxyAddressHeader));
  if (waitSeconds !== undefined) throw tooManyFailedKeys(waitSeconds);
  throw new AppError("unauthorized", "Expected one valid API key, as X-API-Key or as Authorization: Bearer.");
}

function addressOf(request: IncomingMessage, proxyAddressHeader: string | undefined): string {
  const fromProxy = proxyAddressHeader === undefined ? [] : valuesOf(request, proxyAddressHeader);
  return clientAddress(fromProxy, request.socket.remoteAddress);
}

function tooManyFailedKeys(retryAfterSeconds: number): AppError {
  return new AppError(
    "too-many-failed-keys",
    "Too many wrong API keys came from this address. Correct the key, or wait; a valid key is accepted at any time.",
    { retryAfterSeconds },
  );
}

function credentials(request: IncomingMessage): string[] {
  const bearers = valuesOf(request, "authorization").flatMap(
    (value) => /^Bearer +(.*)$/i.exec(value)?.[1] ?? [],
  );
  const given = [...valuesOf(request, "x-api-key"), ...bearers];
  return given.length > 0 || request.headers.upgrade === undefined ? given : protocolKeys(request);
}

/** On a WebSocket, browsers can set no header except the subprotocols, so the key may come as one of them. */
function protocolKeys(request: IncomingMessage): string[] {
  const protocols = valuesOf(request, "sec-websocket-protocol").flatMap((value) => value.split(","));
  return protocols
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol.startsWith(keyProtocol))
    .map((protocol) => Buffer.from(protocol.slice(keyProtocol.length), "base64url").toString("utf8"));
}

/** Returns a check whether a host, with or without port, is a loopback name or one of `names` (in lower case). */
export function createHostCheck(names: readonly string[]): (host: string) => boolean {
  const known = new Set(["localhost", "127.0.0.1", "[::1]", ...names]);
  return (host) => known.has(withoutPort(host));
}

/** The Host of a request in lower case, with port. Undefined unless there is exactly one and the target is a path. */
export function hostOf(request: IncomingMessage): string | undefined {
  const [host, ...others] = valuesOf(request, "host");
  const isPath = request.url?.startsWith("/") === true;
  return others.length === 0 && isPath ? host?.toLowerCase() : undefined;
}

/** Whether a page may have reached us by DNS rebinding: the Host is an unknown name. An address cannot be rebound, and a browser always sends Host. */
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

/** Every value of a header. For some headers, Node's `headers` hides that there were two. */
export function valuesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.flatMap((header, place) =>
    place % 2 === 0 && header.toLowerCase() === name ? [rawHeaders[place + 1] ?? ""] : [],
  );
}
