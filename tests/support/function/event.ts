import type { IncomingMessage } from "node:http";
import { isUtf8 } from "node:buffer";
import type { FunctionEvent } from "../../../lib/server/index.ts";

/** The request as a function URL of Lambda hands it over: payload format 2.0. */
export function eventOf({ method = "", url = "", rawHeaders }: IncomingMessage, body: Buffer): FunctionEvent {
  const [rawPath = "", ...query] = url.split("?");
  const rawQueryString = query.join("?");
  const headers = joined(rawHeaders);
  // What HTTP says of a connection stays outside; the body is there as a whole.
  delete headers["transfer-encoding"];
  delete headers["connection"];
  if (body.length > 0) headers["content-length"] = String(body.length);
  const event = {
    version: "2.0",
    rawPath,
    rawQueryString,
    queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    headers,
    requestContext: { http: { method, path: rawPath, sourceIp: "127.0.0.1" }, requestId: "event" },
  };
  return body.length === 0 ? { ...event, isBase64Encoded: false } : { ...event, ...written(headers, body) };
}

/** One value for each name, in lower case; what came twice is joined. */
function joined(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let place = 0; place < rawHeaders.length; place += 2) {
    const name = (rawHeaders[place] ?? "").toLowerCase();
    const value = rawHeaders[place + 1] ?? "";
    headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  return headers;
}

function written({ "content-type": type = "" }: Record<string, string>, body: Buffer) {
  const isText = /^(text\/|application\/(json|xml|javascript))/i.test(type) && isUtf8(body);
  return { body: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}
