import { AppError } from "../../../errors.ts";

/** `what` is a clause without a period, such as `.git/HEAD is missing`. */
export function unusable(what: string): AppError {
  return new AppError(
    "workspace-not-ready",
    `The folder is not a usable git repository: ${what}. Repair it in the workspace, or delete the workspace.`,
  );
}
