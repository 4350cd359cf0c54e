import { NetworkError, ProblemError } from "../../shared/src/index.ts";

/** The command line is wrong. The message says how to correct it. Exit code 2. */
export class UsageError extends Error {}

/** Something cannot be reached or found. The message says what to do. Exit code 1. */
export class Failure extends Error {}

/** The server refused or could not be reached; the person can try again. */
export function isServerError(error: unknown): boolean {
  return error instanceof ProblemError || error instanceof NetworkError;
}

/** An error as one message a person can act on, without a stack trace. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ProblemError) return problemSentence(error.problem);
  if (error instanceof NetworkError) return networkSentence(error);
  return error instanceof Error ? error.message : String(error);
}

function networkSentence({ status }: NetworkError): string {
  const what =
    status === undefined
      ? "The server does not answer."
      : "Something other than a TalkCody server answers there.";
  return `${what} Start one with \`npm start\`, or check TALKCODY_URL if you set it.`;
}

function problemSentence({ code, title, detail, errors = [] }: ProblemError["problem"]): string {
  const unmentioned = errors.filter(({ detail: what }) => !detail.includes(what));
  const places = unmentioned.map(({ pointer, detail: what }) => `\n${pointer || "/"}: ${what}`).join("");
  return `${detail || title}${hints[code] ?? ""}${places}`;
}

/** How to fix it with this program, which the server does not know. */
const hints: Partial<Record<ProblemError["problem"]["code"], string>> = {
  unauthorized: " Check the key in TALKCODY_API_KEY, or in the file api-key of the data directory.",
  "model-not-configured": " `talkcody models` lists the models; choose one with --model.",
};
