import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../lib/errors.ts";
import type { AnswerEvent, FunctionAnswer, FunctionEvent } from "../../lib/server/index.ts";
import { refusedEvent } from "../../lib/server/index.ts";
import { createLease, type Held } from "./lease.ts";

/** A handler as Lambda calls it once it is marked as one that streams. */
export type StreamingHandler = (event: FunctionEvent, to: Writable, context: object) => Promise<void>;

declare global {
  /** What the Node runtime of Lambda has beside the handler. */
  var awslambda: {
    streamifyResponse(handler: StreamingHandler): StreamingHandler;
    HttpResponseStream: { from(to: Writable, meta: FunctionAnswer["meta"]): Writable };
  };
}

/** Each answer goes out as it comes. Rejects when it broke on the way; what cannot be opened is answered with a problem. */
export function createFunction(open: () => Promise<Held<AnswerEvent>>): StreamingHandler {
  const lease = createLease(open);
  return async (event, to, context) => {
    // Else the platform waits until nothing at all is left to do before it hands over the next request.
    Object.assign(context, { callbackWaitsForEmptyEventLoop: false });
    let isOpen = false;
    try {
      await lease(async (answer) => {
        isOpen = true;
        await send(await answer(event, context), to);
      });
    } catch (error) {
      if (isOpen) throw error;
      console.error(error); // The caller, who may be anybody, is not told what this host is like.
      await send(refusedEvent(toStranger(error)), to);
    }
  };
}

function toStranger(error: unknown): unknown {
  if (!(error instanceof AppError && error.code === "busy"))
    return new Error("A function could not be opened");
  const detail =
    "The always-on server has the data, or has to look at it first. Ask that one, or again later.";
  return new AppError("busy", detail, { cause: error, retryAfterSeconds: 5 });
}

function send({ meta, stream }: FunctionAnswer, to: Writable): Promise<void> {
  return pipeline(stream, awslambda.HttpResponseStream.from(to, meta));
}
