import { type Connection, type ConnectionOptions, createConnection } from "./connection/connection.ts";
import type { Call, ClientOperation, PlainRequest } from "./connection/operation.ts";
import { send } from "./connection/request.ts";
import { routes } from "./routes.gen.ts";

/** One method for each operation of the contract, under its operationId. They throw ProblemError and NetworkError. */
export type Client = { readonly [O in ClientOperation]: Call<O> } & { readonly connection: Connection };

export function createClient(options: ConnectionOptions): Client {
  const connection = createConnection(options);
  const operations = Object.keys(routes).filter((id) => id !== "openWebSocket") as ClientOperation[];
  const calls = operations.map((id) => [id, (request: PlainRequest = {}) => send(connection, id, request)]);
  // The types come from the contract, as the paths do; TypeScript cannot see that a loop made them all.
  return { ...Object.fromEntries(calls), connection } as Client;
}
