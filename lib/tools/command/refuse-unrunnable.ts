import { ToolFailure } from "../../tool.ts";
import { refuseMarkersInCommand } from "../text/refuse-markers.ts";

interface CommandInput {
  command: string;
  runInBackground?: boolean | undefined;
}

/** Throws a ToolFailure for a command that no shell can run, or that must not run here. */
export function refuseUnrunnable({ command, runInBackground }: CommandInput): void {
  if (runInBackground) {
    throw new ToolFailure(
      "The command was not run: background commands are not available on this host. " +
        "Run it without runInBackground, and limit the time of what does not end by itself: `timeout 30 npm start`.",
      { command, isBackground: false },
    );
  }
  if (command.trim() === "")
    throw new ToolFailure("The command is blank, so nothing was run. Give a command line.", { command });
  refuseMarkersInCommand(command);
  if (command.includes("\0")) {
    throw new ToolFailure(
      "The command contains a NUL character, which no shell accepts. Nothing was run. Remove it.",
    );
  }
}
