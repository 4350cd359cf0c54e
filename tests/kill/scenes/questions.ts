import { asks, calls, says } from "../../support/models/script.ts";
import type { Visit } from "../visit.ts";

/** A plan that a person approves, then a command it allows, and a question. */
export async function questions(visit: Visit): Promise<void> {
  const { effect, mark } = visit;
  const steps = [
    calls("exitPlanMode", { plan: `1. Do ${mark()}.` }),
    calls("bash", { command: effect() }),
    asks(),
    says(`Answered ${mark()}.`),
  ];
  const talk = await visit.converse(steps, { settings: { planMode: true, autoApproveCommands: true } });
  await visit.settle(talk, [talk.taskId]);
}
