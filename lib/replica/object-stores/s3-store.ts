import { createHash } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { AwsV4Signer } from "aws4fetch";
import {
  ReplicaError,
  type ObjectStore,
  type StoredBytes,
  type StoredObject,
} from "../../operating/object-store.ts";
import type { ReplicaCredentials, ReplicaPlace } from "../../operating/replica.ts";
import { readListing } from "./s3-listing.ts";
import { failureOf } from "./s3-failure.ts";

type S3Place = Extract<ReplicaPlace, { type: "s3" }>;

interface Ask {
  method: "GET" | "HEAD" | "PUT" | "DELETE";
  url: URL;
  body?: StoredBytes;
  signal: AbortSignal;
}

/** A bucket, by the S3 protocol. `idleMsMax`: whoever says and takes nothing for so long is unreachable. */
export function createS3Store(
  place: S3Place,
  credentials: ReplicaCredentials,
  { idleMsMax = 30_000 }: { idleMsMax?: number } = {},
): ObjectStore {
  const root = addressOf(place);
  const below = place.prefix === "" ? "" : `${place.prefix}/`;
  const urlOf = (key: string) => new URL(`${root}/${encoded(`${below}${key}`)}`);
  const signed = (ask: Ask) => sign(ask, { ...credentials, region: place.region });
  const send = async (ask: Ask) => {
    const answer = await exchange(ask, await signed(ask), idleMsMax);
    if ((answer.statusCode ?? 0) < 300) return answer;
    if (answer.statusCode === 404 && (ask.method === "GET" || ask.method === "HEAD"))
      return void answer.resume();
    throw failureOf(answer.statusCode ?? 0, await text(answer).catch(() => ""));
  };
  const finish = async (ask: Ask) => void (await send(ask))?.resume();
  const page = async (prefix: string, token: string | undefined, signal: AbortSignal) => {
    const url = new URL(`${root}/`);
    url.searchParams.set("list-type", "2");
    url.searchParams.set("prefix", `${below}${prefix}`);
    if (token !== undefined) url.searchParams.set("continuation-token", token);
    const answer = await send({ method: "GET", url, signal });
    if (answer === undefined) throw new ReplicaError("refused", "There is no such bucket.");
    return readListing(await text(answer));
  };
  return {
    place: `${root}/${place.prefix}`,
    put: (key, body, signal) => finish({ method: "PUT", url: urlOf(key), body, signal }),
    get: (key, signal) => send({ method: "GET", url: urlOf(key), signal }),
    head: async (key, signal) => {
      const answer = await send({ method: "HEAD", url: urlOf(key), signal });
      answer?.resume();
      return answer && { key, sizeBytes: Number(answer.headers["content-length"]) };
    },
    list: async (prefix, signal) => {
      const found: StoredObject[] = [];
      let token: string | undefined;
      do {
        const { objects, next } = await page(prefix, token, signal);
        found.push(...objects.map(({ key, sizeBytes }) => ({ key: key.slice(below.length), sizeBytes })));
        token = next;
      } while (token !== undefined);
      return found;
    },
    remove: (key, signal) => finish({ method: "DELETE", url: urlOf(key), signal }),
  };
}

function addressOf({ bucket, endpoint, region, isPathStyle }: S3Place): string {
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  return isPathStyle ? `${url.origin}/${bucket}` : `${url.protocol}//${bucket}.${url.host}`;
}

function encoded(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}

const emptySha256 = createHash("sha256").digest("hex");

/** The hash of the body is signed too, so that a byte that changed on the way is refused. */
async function sign(ask: Ask, credentials: ReplicaCredentials & { region: string }) {
  const headers: Record<string, string> = { "x-amz-content-sha256": ask.body?.sha256 ?? emptySha256 };
  if (ask.body !== undefined) headers["content-length"] = String(ask.body.sizeBytes);
  const { sessionToken, ...keys } = credentials;
  const signer = new AwsV4Signer({
    ...keys,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...{ method: ask.method, url: ask.url.href, headers, service: "s3" },
  });
  return Object.fromEntries((await signer.sign()).headers);
}

/** One request and the head of its answer. */
function exchange(
  { method, url, body, signal }: Ask,
  headers: Record<string, string>,
  idleMsMax: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
      method,
      headers,
      signal,
    });
    const fail = (error: unknown) =>
      reject(signal.aborted ? (signal.reason as Error) : unreachable(url, error));
    request.setTimeout(idleMsMax, () => request.destroy(new Error(`nothing for ${idleMsMax} ms`)));
    request.once("response", resolve);
    request.once("error", fail);
    if (body === undefined) request.end();
    else pipeline(Readable.from(body.open(), { objectMode: false }), request).catch(fail);
  });
}

function unreachable(url: URL, cause: unknown): ReplicaError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ReplicaError("unreachable", `The replica at ${url.host} cannot be reached: ${why}.`, { cause });
}
