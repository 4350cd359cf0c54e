import type { Action } from "../../../lib/action.ts";
import type { Stage } from "../stage.ts";

/** What a person says to a decision. */
export function drawVerdict(action: Action, { random, intents }: Stage): unknown {
  const draw = random.next();
  const actionId = action.id;
  if (draw < 0.15) return { type: "reject", actionId, reason: "No." };
  if (action.type === "host") return { type: "approve", actionId };
  if (action.type === "question") return { type: "respond", actionId, result: { colour: "Red" } };
  if (draw < 0.25 && action.toolName === "bash")
    return { type: "approve", actionId, input: { command: `effect-${intents.next(action.sessionId)}` } };
  return { type: "approve", actionId, scope: draw > 0.9 ? "session" : "once" };
}

/** What a person changes in the settings of a task, a session or all. */
export function drawSettings({ random }: Stage): Record<string, unknown> {
  return random.pick<Record<string, unknown>>([
    { autoApproveCommands: true },
    { autoApproveCommands: null },
    { planMode: random.chance(0.5) },
    { stepsMax: 1 + random.below(6) },
    { permissions: [{ tool: "bash", pattern: "*", decision: random.pick(["deny", "ask", "allow"]) }] },
  ]);
}
