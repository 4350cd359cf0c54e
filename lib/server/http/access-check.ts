import type { IncomingMessage } from "node:http";
import { AppError } from "../../errors.ts";
import type { FailedKeys } from "./failed-keys.ts";
import { createClientAddress } from "./client-address.ts";
import { createHostCheck, hostOf, valuesOf } from "./host-names.ts";
import type { Origins } from "./origins.ts";

export interface AccessCheckOptions {
  /** Names beside the loopback ones, lower case, without port. */
  allowedHosts: readonly string[];
  /** Where a proxy names its caller; see createClientAddress. */
  proxyAddressHeader: string | undefined;
  isKey(candidate: string): boolean;
  failedKeys: FailedKeys;
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
  const { allowedHosts, proxyAddressHeader, isKey, failedKeys, origins } = options;
  const isOurs = createHostCheck(allowedHosts);
  const addressOf = createClientAddress(proxyAddressHeader);
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
