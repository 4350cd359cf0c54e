import { PassThrough, type Readable } from "node:stream";
import type { StreamingHandler } from "../../../deploy/lambda/create-function.ts";
import type { FunctionEvent } from "../../../lib/server/index.ts";

/** What the platform makes of what a handler streams: the prelude it begins with, and all bytes after it. */
export interface Invoked {
  meta: { statusCode: number; headers: Record<string, string> };
  body: Readable;
  /** Settles when the handler says that it is done, and the platform may put it to sleep. */
  done: Promise<void>;
}

/** Its first write sends the prelude before it; without any write there is none, and so no answer. */
type ResponseStream = PassThrough & {
  setContentType(type: string): void;
  _onBeforeFirstWrite?: (write: (bytes: string | Uint8Array) => void) => void;
};

/** As in the Node runtime of Lambda: JSON, eight NUL bytes, and then the body. */
const delimiter = Buffer.alloc(8);

globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: {
    from: (to, meta) => {
      const stream = to as ResponseStream;
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(meta));
        write(delimiter);
      };
      return stream;
    },
  },
};

/** Calls a handler as the runtime does. Rejects when it does, when it ends without an answer, or when it would hold up the next event. */
export async function invoke(handler: StreamingHandler, event: FunctionEvent): Promise<Invoked> {
  const stream = responseStream();
  const context = { callbackWaitsForEmptyEventLoop: true };
  const done = handler(event, stream, context);
  done.catch((error: unknown) => stream.destroy(error as Error));
  const meta = await readPrelude(stream);
  if (context.callbackWaitsForEmptyEventLoop)
    throw new Error("The next event waits for an empty event loop.");
  return { meta, body: stream, done };
}

function responseStream(): ResponseStream {
  const stream = new PassThrough() as ResponseStream;
  const write = stream.write.bind(stream) as (bytes: unknown, ...rest: unknown[]) => boolean;
  let isWritten = false;
  const first = (bytes: unknown, ...rest: unknown[]) => {
    if (!isWritten) {
      isWritten = true;
      stream._onBeforeFirstWrite?.((prelude) => void write(prelude));
    }
    return write(bytes, ...rest);
  };
  return Object.assign(stream, { write: first, setContentType: () => undefined });
}

/** Reads up to the delimiter, and leaves what follows in the stream. */
async function readPrelude(stream: ResponseStream): Promise<Invoked["meta"]> {
  let read = Buffer.alloc(0);
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) read = Buffer.concat([read, chunk]);
    const place = read.indexOf(delimiter);
    if (place >= 0) {
      const rest = read.subarray(place + delimiter.length);
      if (rest.length > 0) stream.unshift(rest);
      return JSON.parse(read.subarray(0, place).toString()) as Invoked["meta"];
    }
    if (chunk === null) await readable(stream);
  }
}

function readable(stream: ResponseStream): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.errored) reject(stream.errored);
    if (stream.readableEnded || stream.destroyed) reject(new Error("The handler ended without an answer."));
    const settle = (error?: Error) => {
      stream.off("readable", settle).off("end", ended).off("error", settle);
      if (error) reject(error);
      else resolve();
    };
    const ended = () => settle(new Error("The handler ended without an answer."));
    stream.once("readable", settle).once("end", ended).once("error", settle);
  });
}
