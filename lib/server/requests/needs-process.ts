import { AppError } from "../../errors.ts";
import { at } from "../contract/contract.ts";
import type { OperationCall } from "./operation-call.ts";

/** Throws always-on-only for what outlives its request, since a function is asleep as soon as it has answered. */
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
      "Send the same request, under the same key, there; a function did nothing.",
  );
}
