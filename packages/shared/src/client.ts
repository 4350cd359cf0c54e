import { type Connection, type ConnectionOptions, createConnection } from "./connection/connection.ts";
import type { ClientOperation, OperationMethod, PlainRequest } from "./connection/operation.ts";
import { send } from "./connection/request.ts";
import { routes } from "./routes.gen.ts";

/**
 * One method for each operation of the contract, named by its operationId. A method throws `ProblemError` when the
 * server refuses, `NetworkError` when the server cannot be reached, and the reason of the signal when it is aborted.
 */
export type Client = { readonly [O in ClientOperation]: OperationMethod<O> } & {
  readonly connection: Connection;
};

export function createClient(options: ConnectionOptions): Client {
  const connection = createConnection(options);
  const operations = Object.keys(routes).filter((id) => id !== "openWebSocket") as ClientOperation[];
  const methods = operations.map((id) => [id, (request: PlainRequest = {}) => send(connection, id, request)]);
  // Paths and types both come from the contract; TypeScript cannot see that the loop makes every method.
  return { ...Object.fromEntries(methods), connection } as Client;
}
