import { createHash } from "node:crypto";

/** SHA-256 of a request in hex. The order of fields in the body does not matter. */
export function requestHash(request: {
  operationId: string;
  params: object;
  query: object;
  body: unknown;
}): string {
  return createHash("sha256").update(canonical(request)).digest("hex");
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ""
  );
}
