import { NetworkError, ProblemError } from "../../shared/src/index.ts";

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
  if (error instanceof NetworkError) return networkSentence(error);
  return error instanceof Error ? error.message : String(error);
}

function networkSentence({ status }: NetworkError): string {
  const what = status === undefined ? "The server does not answer." : "What answers there is not the server.";
  return `${what} Start one with \`npm start\`; where TALKCODY_URL is set, check it.`;
}

function problemSentence({ code, title, detail, errors = [] }: ProblemError["problem"]): string {
  const untold = errors.filter(({ detail: what }) => !detail.includes(what));
  const places = untold.map(({ pointer, detail: what }) => `\n${pointer || "/"}: ${what}`).join("");
  return `${detail || title}${hints[code] ?? ""}${places}`;
}

/** What the server cannot know: how it is done with this program. */
const hints: Partial<Record<ProblemError["problem"]["code"], string>> = {
  unauthorized: " The key comes from TALKCODY_API_KEY, or from api-key in the data directory.",
  "model-not-configured": " `talkcody models` lists the models; --model chooses one.",
};
