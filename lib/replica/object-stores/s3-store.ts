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

/** A bucket that speaks the S3 protocol. One that sends and takes nothing for `idleMsMax` counts as unreachable. */
export function createS3Store(
  place: S3Place,
  credentials: ReplicaCredentials,
  { idleMsMax = 30_000 }: { idleMsMax?: number } = {},
): ObjectStore {
  const prefix = place.prefix === "" ? "" : `${place.prefix}/`;
  const bucket: Bucket = { root: addressOf(place), prefix, region: place.region, credentials, idleMsMax };
  const urlOf = (key: string) => objectUrl(bucket, key);
  return {
    place: `${bucket.root}/${place.prefix}`,
    put: (key, body, signal) => finish(bucket, { method: "PUT", url: urlOf(key), body, signal }),
    get: (key, signal) => send(bucket, { method: "GET", url: urlOf(key), signal }),
    head: (key, signal) => head(bucket, key, signal),
    list: (keyPrefix, signal) => list(bucket, keyPrefix, signal),
    remove: (key, signal) => finish(bucket, { method: "DELETE", url: urlOf(key), signal }),
  };
}

interface Bucket {
  /** URL without a slash at its end. */
  root: string;
  /** Before every key: empty, or with a slash at its end. */
  prefix: string;
  region: string;
  credentials: ReplicaCredentials;
  idleMsMax: number;
}

interface S3Request {
  method: "GET" | "HEAD" | "PUT" | "DELETE";
  url: URL;
  body?: StoredBytes;
  signal: AbortSignal;
}

function addressOf({ bucket, endpoint, region, isPathStyle }: S3Place): string {
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  return isPathStyle ? `${url.origin}/${bucket}` : `${url.protocol}//${bucket}.${url.host}`;
}

function objectUrl({ root, prefix }: Bucket, key: string): URL {
  const path = `${prefix}${key}`.split("/").map(encodeURIComponent).join("/");
  return new URL(`${root}/${path}`);
}

async function head(bucket: Bucket, key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
  const answer = await send(bucket, { method: "HEAD", url: objectUrl(bucket, key), signal });
  answer?.resume();
  return answer && { key, sizeBytes: Number(answer.headers["content-length"]) };
}

async function list(bucket: Bucket, keyPrefix: string, signal: AbortSignal): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  let token: string | undefined;
  do {
    const { objects, next } = await listPage(bucket, { keyPrefix, token, signal });
    found.push(...objects.map((object) => ({ ...object, key: object.key.slice(bucket.prefix.length) })));
    token = next;
  } while (token !== undefined);
  return found;
}

async function listPage(
  bucket: Bucket,
  { keyPrefix, token, signal }: { keyPrefix: string; token: string | undefined; signal: AbortSignal },
) {
  const url = new URL(`${bucket.root}/`);
  url.searchParams.set("list-type", "2");
  url.searchParams.set("prefix", `${bucket.prefix}${keyPrefix}`);
  if (token !== undefined) url.searchParams.set("continuation-token", token);
  const answer = await send(bucket, { method: "GET", url, signal });
  if (answer === undefined) throw new ReplicaError("refused", "There is no such bucket.");
  return readListing(await text(answer));
}

async function finish(bucket: Bucket, request: S3Request): Promise<void> {
  const answer = await send(bucket, request);
  answer?.resume();
}

/** The answer with its body still to be read; undefined when the object to read does not exist. */
async function send(bucket: Bucket, request: S3Request): Promise<IncomingMessage | undefined> {
  const answer = await exchange(request, await sign(bucket, request), bucket.idleMsMax);
  const status = answer.statusCode ?? 0;
  if (status < 300) return answer;
  if (status === 404 && (request.method === "GET" || request.method === "HEAD")) return void answer.resume();
  throw failureOf(status, await text(answer).catch(() => ""));
}

const emptySha256 = createHash("sha256").digest("hex");

/** Signs the hash of the body too, so that the bucket refuses a body that changed on the way. */
async function sign({ credentials, region }: Bucket, { method, url, body }: S3Request) {
  const headers: Record<string, string> = { "x-amz-content-sha256": body?.sha256 ?? emptySha256 };
  if (body !== undefined) headers["content-length"] = String(body.sizeBytes);
  const { sessionToken, ...keys } = credentials;
  const signer = new AwsV4Signer({
    ...keys,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...{ region, method, url: url.href, headers, service: "s3" },
  });
  return Object.fromEntries((await signer.sign()).headers);
}

/** Sends one request. Resolves with the head of its answer. */
function exchange(
  { method, url, body, signal }: S3Request,
  headers: Record<string, string>,
  idleMsMax: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const open = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = open(url, { method, headers, signal });
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
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ReplicaError("unreachable", `The replica at ${url.host} cannot be reached: ${reason}.`, {
    cause,
  });
}
