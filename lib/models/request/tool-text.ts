import type { MessagePart, ToolOutput } from "../../message.ts";

/** A tool's output for a model: one line a field, long texts as they are, without the noise of escapes. */
export function outputText(output: ToolOutput): string {
  return Object.entries(output)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => field(name, value))
    .join("\n");
}

function field(name: string, value: unknown): string {
  if (typeof value !== "string") return `${name}: ${JSON.stringify(value)}`;
  return value.includes("\n") ? `${name}:\n${value}` : `${name}: ${value}`;
}

/** Tools that a person ran: no model called them, so they cannot go back as calls. */
export function callText(parts: readonly MessagePart[]): string {
  const lines = parts.flatMap((part) => {
    if (part.type === "tool-call")
      return [`I ran the tool ${part.toolName} with ${JSON.stringify(part.input)}.`];
    if (part.type !== "tool-result") return [];
    return [`${part.isError ? "It failed" : "It gave"}:\n${outputText(part.output)}`];
  });
  return lines.join("\n");
}
