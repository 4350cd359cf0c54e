import { AppError } from "../../errors.ts";
import { at } from "../contract/contract.ts";
import type { OperationCall } from "./operation-call.ts";

/** Throws always-on-only for a call whose work goes on after its answer, because a function stops as soon as it has answered. */
export function requireNoProcess({
  operation,
  input,
}: Pick<OperationCall, "operation"> & Partial<OperationCall>): void {
  const { always, fields } = operation.needsProcess;
  const field = fields.find((name) => at(input?.body, name) !== undefined);
  if (!always && field === undefined) return;
  const part = field === undefined ? "" : ` with \`${field}\``;
  throw new AppError(
    "always-on-only",
    `${operation.id}${part} needs the always-on server, because its work goes on after the answer. ` +
      "Send the same request with the same Idempotency-Key to that server. The function has changed nothing.",
  );
}
