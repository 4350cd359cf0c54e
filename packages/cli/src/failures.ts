import { NetworkError, ProblemError } from "@talkcody/shared";

/** The command line cannot be understood; exit code 2. */
export class UsageError extends Error {}

/** Something outside cannot be reached or found; the message says what to do. Exit code 1. */
export class Failure extends Error {}

/** The server refused, or could not be reached: told to the person, who may try again. */
export function isOfServer(error: unknown): boolean {
  return error instanceof ProblemError || error instanceof NetworkError;
}

/** A failure in words a person can act on; a stack trace helps nobody here. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ProblemError) return problemSentence(error.problem);
  if (error instanceof NetworkError)
    return "The server does not answer; is it running? Start one with `npm start`.";
  return error instanceof Error ? error.message : String(error);
}

function problemSentence({ code, title, detail, errors = [] }: ProblemError["problem"]): string {
  const places = errors.map(({ pointer, detail: what }) => `\n${pointer || "/"}: ${what}`).join("");
  const hint =
    code === "unauthorized"
      ? " The key comes from TALKCODY_API_KEY, or from api-key in the data directory."
      : "";
  return `${detail || title}${hint}${places}`;
}
