import type { Schemas } from "../../shared/src/index.ts";
import type { Context } from "./command.ts";
import { findAction } from "./server/find.ts";
import type { Action } from "./frame.ts";
import { actionBox, decisionLine } from "./render/action-box.ts";

type Decision = Schemas["CreateAction"];

/** Finds the action, shows it, sends the decision, and shows the outcome. */
export async function decideOn(
  { terminal, connect, json }: Context,
  given: string | undefined,
  decide: (action: Action) => Decision,
): Promise<number> {
  const client = connect();
  const action = await findAction(client, given);
  const decision = decide(action);
  const { style, out } = terminal;
  if (!json) for (const line of actionBox(action, style)) out(`${line}\n`);
  const outcome = await client.createAction({ params: { sessionId: action.sessionId }, body: decision });
  if (json) out(`${JSON.stringify(outcome)}\n`);
  else out(`  ${style.waiting("╰")} ${decisionLine(outcome.action ?? action, style)}\n`);
  return 0;
}
