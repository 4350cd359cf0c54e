import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { AppError } from "../../errors.ts";
import { createFailedKeys, type FailedKeysOptions } from "./failed-keys.ts";
import { clientAddress } from "./client-address.ts";
import type { Origins } from "./origins.ts";

export interface AccessCheckOptions extends FailedKeysOptions {
  /** Names beside the loopback ones, lower case, without port. */
  allowedHosts: readonly string[];
  /** Where a proxy names its caller; see clientAddress. */
  proxyAddressHeader: string | undefined;
  isKey(candidate: string): boolean;
}

/** What a request has to pass before anything of it is looked at. Reads no body. */
export interface AccessCheck {
  /** Host against DNS rebinding, Origin against other sites. Throws misdirected-request or forbidden-origin. */
  admit(request: IncomingMessage): void;
  /** The key against everyone else. Throws unauthorized, or too-many-failed-keys; a valid key always passes. */
  authorize(request: IncomingMessage): void;
}

export const socketProtocol = "talkcody.v1";
const keyProtocol = "talkcody.key.";

export function createAccessCheck(options: AccessCheckOptions & { origins: Origins }): AccessCheck {
  const { allowedHosts, proxyAddressHeader, isKey, origins } = options;
  const failedKeys = createFailedKeys(options);
  const isOurs = createHostCheck(allowedHosts);
  const addressOf = (request: IncomingMessage) =>
    clientAddress(
      proxyAddressHeader === undefined ? [] : valuesOf(request, proxyAddressHeader),
      request.socket.remoteAddress,
    );
  return {
    admit: (request) => {
      const host = hostOf(request);
      if (host === undefined || !isOurs(host))
        throw new AppError(
          "misdirected-request",
          "Expected a host name this server answers for; add it to TALKCODY_ALLOWED_HOSTS if it is yours.",
        );
      if (!origins.mayAsk(request, host))
        throw new AppError(
          "forbidden-origin",
          "Expected no Origin, that of this server, or an allowed one; add it to TALKCODY_ALLOWED_ORIGINS if it is yours.",
        );
    },
    authorize: (request) => {
      const [key, ...others] = credentials(request);
      if (key !== undefined && others.length === 0 && isKey(key)) return;
      const waitSeconds = key === undefined ? undefined : failedKeys.count(addressOf(request));
      if (waitSeconds !== undefined) throw tooManyFailedKeys(waitSeconds);
      throw new AppError(
        "unauthorized",
        "Expected one valid API key, as X-API-Key or as Authorization: Bearer.",
      );
    },
  };
}

function tooManyFailedKeys(retryAfterSeconds: number): AppError {
  return new AppError(
    "too-many-failed-keys",
    "Too many wrong API keys came from this address. Correct the key, or wait; a valid key is taken at any time.",
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

/** Browsers can set no header on a WebSocket but the subprotocols. */
function protocolKeys(request: IncomingMessage): string[] {
  const protocols = valuesOf(request, "sec-websocket-protocol").flatMap((value) => value.split(","));
  return protocols
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol.startsWith(keyProtocol))
    .map((protocol) => Buffer.from(protocol.slice(keyProtocol.length), "base64url").toString("utf8"));
}

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
