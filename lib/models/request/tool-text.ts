import type { MessagePart, ToolOutput } from "../../message.ts";

/** A tool's output for a model: one line for each field; long texts without JSON escapes. */
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

/** Tool runs that a person started. No model called the tools, so they are told as text, not as tool calls. */
export function callText(parts: readonly MessagePart[]): string {
  const sentences = parts.flatMap((part) => {
    if (part.type === "tool-call")
      return [`I ran the tool ${part.toolName} with ${JSON.stringify(part.input)}.`];
    if (part.type !== "tool-result") return [];
    return [`${part.isError ? "It failed" : "It gave"}:\n${outputText(part.output)}`];
  });
  return sentences.join("\n");
}
