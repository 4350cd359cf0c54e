import { defineCommand } from "../command.ts";
import { decideOn } from "../decide-on.ts";

export const rejectCommand = defineCommand({
  summary: "reject a pending action and say why",
  usage: 'reject [ACTION] [--reason "…"]',
  options: [["--reason TEXT", "the agent reads it and continues from there"]],
  accepts: { reason: { type: "string" } },
  wordsMax: 1,
  run: (context, { values, words }) =>
    decideOn(context, words[0], (action) => ({
      type: "reject",
      actionId: action.id,
      ...(values.reason ? { reason: values.reason } : {}),
    })),
});
