import { createServer, type Server } from "node:http";
import { problems } from "../errors.ts";

export interface PrivateListenerOptions {
  privateHost: string;
  /** Undefined: there is no such listener. */
  privatePort: number | undefined;
}

interface Attended {
  stop(): Promise<void>;
}

/**
 * Starts a server, and tells the platform that it runs on how it is, from before its start to after its stop, on a port
 * of its own that is private by its address: no key, no contract, GET and HEAD only. `/live`: the process answers.
 * `/ready`: clients are served; else 503 with the reason. Throws what `start` throws, and an Error with a sentence a
 * person can act on when the port cannot be had.
 */
export async function attended<T extends Attended>(
  { privateHost, privatePort }: PrivateListenerOptions,
  start: () => Promise<T>,
): Promise<T> {
  if (privatePort === undefined) return start();
  const health: { reason: string | null } = { reason: "starting" };
  const listener = createListener(health);
  await listen(listener, privatePort, privateHost);
  const close = () => {
    listener.close();
    listener.closeAllConnections();
  };
  try {
    const server = await start();
    health.reason = null;
    const stop = () => {
      health.reason = "stopping";
      return server.stop().finally(close);
    };
    return { ...server, stop };
  } catch (error) {
    close();
    throw error;
  }
}

function createListener(health: { readonly reason: string | null }): Server {
  const listener = createServer((request, response) => {
    const isReading = request.method === "GET" || request.method === "HEAD";
    const { status, body } = isReading ? answerTo(request.url, health.reason) : notAllowed;
    response.writeHead(status, { "content-type": "application/json", connection: "close" });
    response.end(request.method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
  });
  listener.headersTimeout = 5000;
  return listener;
}

interface Answer {
  status: number;
  body: unknown;
}

const notAllowed: Answer = {
  status: problems["method-not-allowed"].status,
  body: { error: "GET and HEAD only" },
};

function answerTo(url: string | undefined, reason: string | null): Answer {
  if (url === "/live") return { status: 200, body: { isLive: true } };
  if (url === "/ready")
    return {
      status: reason === null ? 200 : problems.busy.status,
      body: { isReady: reason === null, reason },
    };
  return { status: problems["not-found"].status, body: { error: "There are /live and /ready" } };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new Error(
          `TALKCODY_PRIVATE_PORT: port ${port} of ${host} cannot be had (${cause.message}). Choose another one.`,
          { cause },
        ),
      ),
    );
    server.listen({ port, host }, resolve);
  });
  server.unref();
}
