import type { PermissionMode, Settings } from "../settings.ts";
import type { Reader } from "./environment.ts";

const permissionModes: readonly PermissionMode[] = ["read-only", "ask", "sandboxed", "full"];

/** Settings that hold where nobody has set another value. */
export function environmentSettings(read: Pick<Reader, "choice">): Pick<Settings, "permissionMode"> {
  const permissionMode = read.choice("TALKCODY_PERMISSION_MODE", permissionModes);
  return permissionMode === undefined ? {} : { permissionMode };
}
