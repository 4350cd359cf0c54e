import { decideOn } from "../decide-on.ts";
import { defineCommand } from "../command.ts";

export const approveCommand = defineCommand({
  summary: "approve a pending action (without ID: the only one)",
  usage: "approve [ACTION] [--session-scope]",
  options: [["--session-scope", "do not ask for the same again in this session"]],
  accepts: { "session-scope": { type: "boolean" } },
  wordsMax: 1,
  run: (context, { values, words }) =>
    decideOn(context, words[0], (action) => ({
      type: "approve",
      actionId: action.id,
      ...(values["session-scope"] ? { scope: "session" } : {}),
    })),
});
