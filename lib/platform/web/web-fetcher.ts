import type { Dispatcher } from "undici";
import { type FetchedPage, ToolFailure, type WebFetcher } from "../../tool.ts";
import {
  findAddresses,
  type ResolvedAddress,
  type ResolveHost,
  resolveHost,
  UnreachableHost,
} from "../addresses/find-addresses.ts";
import { createReachability, type IsReachable } from "../addresses/reachable-address.ts";
import { decodeBody } from "./decode-body.ts";
import { hostOf, notPublic, readPageUrl } from "./page-url.ts";
import { createPinnedAgent } from "./pinned-agent.ts";

export interface WebFetcherOptions {
  resolve?: ResolveHost;
  /** By default public addresses only. */
  isReachable?: IsReachable;
  /** Hosts that may have any address and any port. By default none; tests allow some. */
  allow?: (host: string) => boolean;
  headersTimeoutMs?: number;
  overallTimeoutMs?: number;
  bodyBytesMax?: number;
}

const redirectsMax = 5;

export function createWebFetcher(options: WebFetcherOptions = {}): WebFetcher {
  const settings = {
    resolve: resolveHost,
    isReachable: createReachability(),
    allow: () => false,
    headersTimeoutMs: 10_000,
    overallTimeoutMs: 20_000,
    bodyBytesMax: 2 * 1024 * 1024,
    ...options,
  };
  return {
    fetch: async (url, signal) => {
      const timeout = AbortSignal.timeout(settings.overallTimeoutMs);
      try {
        return await follow(url, settings, AbortSignal.any([signal, timeout]));
      } catch (error) {
        if (error instanceof ToolFailure) throw error;
        if (signal.aborted) throw new ToolFailure("Fetching the page was cancelled.");
        throw timeout.aborted ? tooSlow(settings.overallTimeoutMs) : asFetchFailure(error, settings);
      }
    },
  };
}

type Settings = Required<WebFetcherOptions>;

async function follow(text: string, settings: Settings, signal: AbortSignal): Promise<FetchedPage> {
  let url = readPageUrl(text, settings.allow);
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    const answer = await visit(url, settings, signal);
    if (!(answer instanceof URL)) return answer;
    if (url.protocol === "https:" && answer.protocol === "http:")
      throw new ToolFailure(
        "The page redirects from https to unencrypted http. Such a redirect is not followed.",
      );
    url = answer;
  }
  throw new ToolFailure(`The page redirects more than ${redirectsMax} times.`);
}

/** Sends one request. Resolves with the page, or with the URL to which it redirects. */
async function visit(url: URL, settings: Settings, signal: AbortSignal): Promise<FetchedPage | URL> {
  const addresses = await addressesOf(url, settings, signal);
  const { request } = await import("undici");
  const agent = await createPinnedAgent(addresses, settings.headersTimeoutMs);
  try {
    const response = await request(url, { dispatcher: agent, signal, headers });
    const location = response.headers["location"];
    if ([301, 302, 303, 307, 308].includes(response.statusCode) && typeof location === "string") {
      response.body.on("error", () => {}).destroy();
      return readPageUrl(URL.parse(location, url.href)?.href ?? location, settings.allow);
    }
    return await readPage(url, response, settings.bodyBytesMax);
  } finally {
    await agent.destroy();
  }
}

const headers = {
  accept: "text/html,application/xhtml+xml,text/*;q=0.9,application/json;q=0.9,*/*;q=0.5",
  "accept-encoding": "gzip, deflate, br",
  "user-agent": "TalkCody/1.0 (page fetcher)",
};

async function addressesOf(url: URL, settings: Settings, signal: AbortSignal): Promise<ResolvedAddress[]> {
  const host = hostOf(url);
  const { resolve, allow } = settings;
  const isReachable = allow(host) ? () => true : settings.isReachable;
  try {
    return await findAddresses(host, { resolve, isReachable, signal });
  } catch (error) {
    throw error instanceof UnreachableHost ? notPublic(host) : error;
  }
}

async function readPage(url: URL, response: Dispatcher.ResponseData, bytesMax: number): Promise<FetchedPage> {
  const { body, isTruncated } = await decodeBody(response.body, {
    encoding: String(response.headers["content-encoding"] ?? ""),
    bytesMax,
  });
  const mediaType = String(response.headers["content-type"] ?? "application/octet-stream");
  return { url: url.href, status: response.statusCode, mediaType, body, truncated: isTruncated };
}

function tooSlow(ms: number): ToolFailure {
  return new ToolFailure(`The page did not arrive within ${ms / 1000} s.`);
}

function asFetchFailure(error: unknown, { headersTimeoutMs }: Settings): Error {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return tooSlow(headersTimeoutMs);
  if (/ENOTFOUND|EAI_|ENODATA/.test(code))
    return new ToolFailure("The host name of the page could not be resolved.");
  if (/^E(CONN|HOST|NET)|UND_ERR_SOCKET/.test(code))
    return new ToolFailure("The host of the page could not be reached.");
  if (/CERT|TLS|SSL|SIGNATURE|ISSUER|ALTNAME/.test(code))
    return new ToolFailure("The TLS certificate of the host is not valid.");
  if (/^(Z_|ERR_|UND_ERR|HPE_)/.test(code))
    return new ToolFailure(`The answer of the host is damaged (${code}).`);
  return error instanceof Error ? error : new Error("Fetching failed.", { cause: error });
}
