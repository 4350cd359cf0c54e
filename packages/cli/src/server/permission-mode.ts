import type { Schemas } from "../../../shared/src/index.ts";
import { UsageError } from "../failures.ts";

export type PermissionMode = Schemas["PermissionMode"];

const modes: readonly PermissionMode[] = ["read-only", "ask", "sandboxed", "full"];

export function permissionModeFrom(text: string): PermissionMode {
  const mode = modes.find((one) => one === text);
  if (mode === undefined)
    throw new UsageError(`There is no mode ${JSON.stringify(text)}; the modes are ${modes.join(", ")}.`);
  return mode;
}
