import type { Config } from "../lib/config/config.ts";
import type { ReplicaCredentials } from "../lib/operating/replica.ts";
import type { KnownSecret } from "../lib/ports/masking.ts";

/** The secrets of the server that are not in its settings: no output shows them. */
export function ownSecrets({ replica, traces }: Readonly<Config>, apiKey: string): KnownSecret[] {
  return [
    { name: "api key of this server", value: apiKey },
    ...replicaSecrets(replica?.credentials),
    ...Object.values(traces?.headers ?? {}).flatMap(headerSecrets),
  ];
}

export function replicaSecrets(credentials: ReplicaCredentials | undefined): KnownSecret[] {
  const values = Object.values(credentials ?? {}).filter((value) => value !== undefined);
  return values.map((value) => ({ name: "key of the replica", value }));
}

/** The whole value, and what follows a scheme such as `Bearer`. */
function headerSecrets(value: string): KnownSecret[] {
  const token = value.slice(value.indexOf(" ") + 1);
  return [value, token].map((secret) => ({ name: "header for traces", value: secret }));
}
