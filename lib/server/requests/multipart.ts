import type { IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BusboyInstance } from "@fastify/busboy";
import { AppError } from "../../errors.ts";
import type { Upload } from "../../ports/handler.ts";
import { withCheckedHead } from "./part-head.ts";

/** The part named `file` of a multipart body, as a stream. Throws invalid-request for other parts before it. The stream throws for other parts after it. */
export async function readMultipart(
  headers: IncomingHttpHeaders,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Upload> {
  const parser = await createParser(headers);
  const stray = new Promise<never>((_resolve, reject) => {
    for (const event of ["field", "filesLimit", "fieldsLimit", "partsLimit"] as const)
      parser.once(event as "field", () => reject(wrongParts()));
  });
  const parsed = Promise.race([stray, pipeline(withCheckedHead(bytes), parser)]);
  parsed.catch(() => undefined); // Reported below, or to the reader of the file.
  const first = await Promise.race([
    once(parser, "file") as Promise<[string, Readable, string | undefined]>,
    parsed.then(() => Promise.reject(wrongParts())),
  ]).catch((cause: unknown) => {
    throw cause instanceof AppError ? cause : unreadable(cause);
  });
  const [name, file, filename] = first;
  if (name !== "file") throw wrongParts();
  if (filename?.isWellFormed() === false)
    throw unreadable(new Error("The file name has an unknown charset."));
  return { filename: filename ?? null, bytes: fileThenEnd(file, parsed) };
}

async function createParser(headers: IncomingHttpHeaders): Promise<BusboyInstance> {
  const { Busboy } = await import("@fastify/busboy");
  try {
    return new Busboy({
      headers: { ...headers, "content-type": headers["content-type"] ?? "" },
      limits: { files: 1, fields: 1, parts: 2, headerPairs: 20, fieldSize: 1024 },
    });
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** The bytes of the file. Throws at their end when the rest of the body is not as the contract says. */
async function* fileThenEnd(file: Readable, parsed: Promise<unknown>): AsyncGenerator<Uint8Array> {
  const failed = parsed.catch((error: unknown) => file.destroy(error instanceof Error ? error : undefined));
  try {
    yield* file as AsyncIterable<Buffer>;
    await parsed;
  } catch (cause) {
    throw cause instanceof AppError ? cause : unreadable(cause);
  } finally {
    void failed;
  }
}

function wrongParts(): AppError {
  return new AppError("invalid-request", "Expected exactly one part, with the name `file` and a filename.");
}

function unreadable(cause: unknown): AppError {
  return new AppError(
    "invalid-request",
    "Expected a valid multipart/form-data body; this one cannot be parsed.",
    { cause },
  );
}
