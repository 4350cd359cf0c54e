import type { Task } from "../frame.ts";
import { cost, count, duration, plural } from "./text/amounts.ts";
import { plainLine } from "./text/sanitise.ts";
import type { Style } from "./style.ts";
import { wrapped } from "./text/wrap.ts";

/** How a task ended and what it used: `✓ done · 4 steps · 12.3 s · 1.2k tokens · $0.0031`. */
export function taskEnding(task: Task, style: Style, columns: number): string {
  const took = style.quiet(` · ${effortOf(task).join(" · ")}`);
  if (task.state === "completed") return `${style.good("✓ done")}${took}`;
  if (task.state === "cancelled") return `${style.waiting("■ cancelled")}${took}`;
  const why = task.error ? `${task.error.title}: ${plainLine(task.error.detail)}` : "no reason was given";
  return `${style.bad("✗ failed")}${took}\n  ${wrapped(why, { columns, indent: 2 })}`;
}

function effortOf({ steps, usage, startedAt, endedAt }: Task): string[] {
  const milliseconds = startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : undefined;
  const tokens = usage.inputTokens + usage.outputTokens;
  return [
    plural(steps, "step"),
    ...(milliseconds === undefined ? [] : [duration(milliseconds)]),
    ...(tokens > 0 ? [`${count(tokens)} tokens`] : []),
    ...(usage.costUsd > 0 ? [cost(usage.costUsd)] : []),
  ];
}
