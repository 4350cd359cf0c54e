import { decideOn } from "../decide-on.ts";
import { defineCommand } from "../command.ts";

export const approveCommand = defineCommand({
  summary: "allow what a task waits for (the only one without ID)",
  usage: "approve [ACTION] [--session-scope]",
  options: [["--session-scope", "and do not ask again for the same in this session"]],
  accepts: { "session-scope": { type: "boolean" } },
  wordsMax: 1,
  run: (context, { values, words }) =>
    decideOn(context, words[0], (action) => ({
      type: "approve",
      actionId: action.id,
      ...(values["session-scope"] ? { scope: "session" } : {}),
    })),
});
