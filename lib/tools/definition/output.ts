import type { ToolOutput } from "../../tool.ts";

export function success(message: string, fields: Record<string, unknown> = {}): ToolOutput {
  return { success: true, message, ...fields };
}

export function failure(message: string, fields: Record<string, unknown> = {}): ToolOutput {
  return { success: false, message, ...fields };
}
