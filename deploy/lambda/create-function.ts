import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../lib/errors.ts";
import type { AnswerEvent, FunctionAnswer, FunctionEvent } from "../../lib/server/index.ts";
import { refusedEvent } from "../../lib/server/index.ts";
import { createLease, type Held } from "./lease.ts";

/** A Lambda handler that streams its response. */
export type StreamingHandler = (event: FunctionEvent, to: Writable, context: object) => Promise<void>;

declare global {
  /** A global of the Node runtime of Lambda. */
  var awslambda: {
    streamifyResponse(handler: StreamingHandler): StreamingHandler;
    HttpResponseStream: { from(to: Writable, meta: FunctionAnswer["meta"]): Writable };
  };
}

/** Streams each answer. Rejects when an answer breaks off; when the server cannot be opened, answers with a problem. */
export function createFunction(open: () => Promise<Held<AnswerEvent>>): StreamingHandler {
  const lease = createLease(open);
  return async (event, to, context) => {
    // Else the platform hands over the next request only when the event loop is empty.
    Object.assign(context, { callbackWaitsForEmptyEventLoop: false });
    let isOpen = false;
    try {
      await lease(async (answer) => {
        isOpen = true;
        await send(await answer(event, context), to);
      });
    } catch (error) {
      if (isOpen) throw error;
      console.error(error); // The caller may be anybody, so the answer gives no details of this host.
      await send(refusedEvent(publicError(error)), to);
    }
  };
}

function publicError(error: unknown): unknown {
  if (!(error instanceof AppError && error.code === "busy"))
    return new Error("The function could not open the server");
  const detail =
    "The always-on server is using the data, or has to check it first. Send the request to that server, or try again later.";
  return new AppError("busy", detail, { cause: error, retryAfterSeconds: 5 });
}

function send({ meta, stream }: FunctionAnswer, to: Writable): Promise<void> {
  return pipeline(stream, awslambda.HttpResponseStream.from(to, meta));
}
