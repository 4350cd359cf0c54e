import { markersIn } from "../../ports/masking.ts";
import { ToolFailure } from "../../tool.ts";

const shownInstead =
  "You were shown this marker in place of a secret that you cannot see, and the file still holds the secret.";

/** Throws a ToolFailure when an edit looks for a marker, or would write one, that is not in the file. Writing it would destroy the secret. */
export function refuseMarkers(
  path: string,
  { before, texts }: { before: string; texts: readonly string[] },
): void {
  const marker = texts.flatMap(markersIn).find((found) => !before.includes(found));
  if (marker === undefined) return;
  throw new ToolFailure(
    `Nothing was changed: the text contains ${marker}. ${shownInstead} ` +
      "Leave what stands there as it is: choose texts around it that do not contain the marker.",
    { file_path: path },
  );
}

/** Throws a ToolFailure when a command contains a marker. */
export function refuseMarkersInCommand(command: string): void {
  const [marker] = markersIn(command);
  if (marker === undefined) return;
  throw new ToolFailure(
    `The command was not run: it contains ${marker}. ${shownInstead} ` +
      "Let the command read the secret itself, from its file or from a variable.",
    { command },
  );
}
