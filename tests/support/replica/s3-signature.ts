import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Whether the signature (version 4) of a request is what its parts and the secret make, and its body is what it says. */
export function isSignedBy(
  { accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string },
  { method, url = "/", headers }: IncomingMessage,
  body: Buffer,
): boolean {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/s3\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    );
  if (found === null) return false;
  const [, key = "", day = "", region = "", names = "", signature = ""] = found;
  const time = String(headers["x-amz-date"]);
  const bodyHash = String(headers["x-amz-content-sha256"]);
  const isWholeHash = /^[0-9a-f]{64}$/.test(bodyHash);
  if (key !== accessKeyId || !time.startsWith(day) || !names.split(";").includes("host")) return false;
  if (isWholeHash && bodyHash !== sha256(body)) return false;
  const { pathname, searchParams } = new URL(url, "http://s3");
  const request = [
    method,
    encodedOnce(decodeURIComponent(pathname)).replaceAll("%2F", "/"),
    [...searchParams]
      .map(([name, value]) => `${encodedOnce(name)}=${encodedOnce(value)}`)
      .toSorted()
      .join("&"),
    ...names.split(";").map((name) => `${name}:${String(headers[name]).trim().replaceAll(/\s+/g, " ")}`),
    "",
    names,
    bodyHash,
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n");
  const signingKey = [day, region, "s3", "aws4_request"].reduce<Buffer>(
    (made, part) => hmac(made, part),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return hmac(signingKey, text).toString("hex") === signature;
}

function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** RFC 3986: only letters, digits and `-._~` stand for themselves. */
function encodedOnce(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
