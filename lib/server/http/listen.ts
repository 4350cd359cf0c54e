import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";

interface ListenAddress {
  host: string;
  port: number;
  /** Connections that may wait to be accepted. */
  backlog: number;
}

/** Resolves to the URL for clients on this host. Rejects with an Error that says what to do when the address cannot be used. */
export async function listen(app: FastifyInstance, wanted: ListenAddress): Promise<string> {
  // For "localhost" Fastify would open one server for each of its addresses.
  const address = { ...wanted, host: wanted.host === "localhost" ? "127.0.0.1" : wanted.host };
  await app.listen(address).catch((error: unknown) => {
    throw listenFailure(error, address);
  });
  return urlOf(app.server.address() as AddressInfo);
}

function urlOf({ address, family, port }: AddressInfo): string {
  const wildcards: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const host = wildcards[address] ?? address;
  return `http://${family === "IPv6" ? `[${host}]` : host}:${port}`;
}

/** An error that says what to do when the server cannot listen. Unknown errors are returned unchanged. */
function listenFailure(error: unknown, { host, port }: ListenAddress): unknown {
  const sentence = sentenceFor(codeOf(error), { host, port });
  return sentence === undefined ? error : new Error(sentence, { cause: error });
}

function sentenceFor(code: string, { host, port }: Omit<ListenAddress, "backlog">): string | undefined {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} of ${host} is in use. Stop the program that uses it, or set PORT to another port. Without PORT, the server takes any free port.`;
    case "EACCES":
      return `This user may not use port ${port}. Set PORT to 1024 or higher.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `HOST is ${JSON.stringify(host)}, which is not an address of this machine. Use 127.0.0.1 (only this machine) or 0.0.0.0 (every network it is on).`;
    default:
      return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
