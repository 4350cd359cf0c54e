import type { PermissionMode, ResolvedSettings } from "../../settings.ts";
import type { SandboxState } from "../runtime/runtime.ts";

/** The mode that holds. Without a sandbox there is no `sandboxed`: then everything asks. */
export function permissionModeOf(
  { permissionMode }: Pick<ResolvedSettings, "permissionMode">,
  sandbox: SandboxState,
): PermissionMode {
  return permissionMode === "sandboxed" && sandbox !== "on" ? "ask" : permissionMode;
}
