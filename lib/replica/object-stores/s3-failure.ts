import { ReplicaError } from "../../operating/object-store.ts";
import { element } from "./s3-listing.ts";

/** The error for a failed request. Contains only the code of the answer, because the answer's message may contain keys. */
export function failureOf(status: number, body: string): ReplicaError {
  const code = /^\w{1,64}$/.exec(element(body, "Code") ?? "")?.[0] ?? "no reason";
  const answer = `The replica answered ${status} (${code}).`;
  if (status === 507) return new ReplicaError("full", answer);
  const isRefusal = status >= 400 && status < 500 && ![408, 429].includes(status);
  return new ReplicaError(isRefusal ? "refused" : "unreachable", answer);
}
