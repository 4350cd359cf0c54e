import { plainLine } from "./sanitise.ts";

/** What a tool call is about, in one line: its command, path, pattern or address. */
export function subjectOf(input: unknown): string {
  if (typeof input === "string") return plainLine(input);
  if (typeof input !== "object" || input === null) return "";
  const fields = input as Record<string, unknown>; // Whatever a model sent; each field is looked at before use.
  const told = names.map((name) => fields[name]).find((value) => typeof value === "string" && value !== "");
  if (typeof told === "string") return shortened(told);
  const questions = fields["questions"] ?? fields["todos"];
  if (Array.isArray(questions)) return plainLine(String(questions.length));
  const rest = JSON.stringify(input);
  return rest === "{}" ? "" : plainLine(rest);
}

const names = ["command", "file_path", "path", "pattern", "directory_path", "url", "query", "plan", "prompt"];

function shortened(text: string): string {
  const lines = text.trim().split("\n");
  const first = plainLine(lines[0] ?? "");
  return lines.length > 1 ? `${first} … (+${lines.length - 1} lines)` : first;
}
