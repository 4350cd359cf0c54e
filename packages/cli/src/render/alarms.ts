import type { Schemas } from "../../../shared/src/index.ts";
import { age } from "./text/amounts.ts";
import { plainLine } from "./text/sanitise.ts";
import type { Style } from "./style.ts";

/** What needs attention on the host, one line each. Empty when all is well. */
export function alarmLines(
  alarms: readonly Schemas["Alarm"][],
  { style, now }: { style: Style; now: number },
): string[] {
  return alarms.map(
    ({ code, since, detail }) =>
      `${style.bad("✗")} ${style.strong(code)} ${style.quiet(`for ${spanOf(since, now)}`)}  ${plainLine(detail)}`,
  );
}

function spanOf(since: string, now: number): string {
  const span = age(since, now);
  return span === "now" ? "a moment" : span;
}
