import { plural } from "./text/amounts.ts";
import { plainLine } from "./text/sanitise.ts";

/** What a tool call is about, in one line: its command, path, pattern or URL. */
export function subjectOf(input: unknown): string {
  if (typeof input === "string") return plainLine(input);
  if (typeof input !== "object" || input === null) return "";
  const fields = input as Record<string, unknown>; // A model sent it, so each value is checked before use.
  const named = names.map((name) => fields[name]).find((value) => typeof value === "string" && value !== "");
  if (typeof named === "string") return shortened(named);
  if (typeof fields["plan"] === "string") return ""; // The box of the action shows it whole.
  if (Array.isArray(fields["todos"])) return todosLine(fields["todos"]);
  if (Array.isArray(fields["questions"])) return plural(fields["questions"].length, "question");
  const rest = JSON.stringify(input);
  return rest === "{}" ? "" : plainLine(rest);
}

const names = ["command", "file_path", "path", "pattern", "directory_path", "url", "query", "prompt"];

/** How much of a to-do list is done, and the current item. */
function todosLine(todos: unknown[]): string {
  const known = todos.filter(
    (todo): todo is Record<string, unknown> => typeof todo === "object" && todo !== null,
  );
  const done = known.filter(({ status }) => status === "completed").length;
  const now = known.find(({ status }) => status === "in_progress")?.["content"];
  return `${done} of ${known.length} done${typeof now === "string" ? `, now: ${plainLine(now)}` : ""}`;
}

function shortened(text: string): string {
  const lines = text.trim().split("\n");
  const first = plainLine(lines[0] ?? "");
  return lines.length > 1 ? `${first} … (+${lines.length - 1} lines)` : first;
}
