import { Worker } from "node:worker_threads";
import type { PageText } from "./html-to-markdown.ts";
import { stripTags } from "./strip-tags.ts";

const htmlCharsMax = 2_000_000;
const convertMs = 5000;
const memoryMbMax = 256;

/** What makes parsers allocate most, each far above what pages people write hold. */
const tagsMax = 50_000;
const entitiesMax = 50_000;
const tagCharsMax = 100_000;

export interface HtmlLimits {
  signal: AbortSignal;
  /** Time the parsers may take. */
  timeoutMs?: number;
}

/**
 * What an HTML page says, as Markdown. The parsers run on their own thread, loaded there when first needed, with bounded
 * time and memory: a page made to take quadratic time, or to overflow the stack, falls back to its text without tags.
 */
export async function readHtml(html: string, limits: HtmlLimits): Promise<PageText> {
  const bounded = html.slice(0, htmlCharsMax);
  const left = html.length - bounded.length;
  const converted = isParsable(bounded) ? await convertOnThread(bounded, limits) : undefined;
  const read = converted?.text ? converted : { title: null, text: stripTags(bounded) };
  return left > 0 ? { ...read, text: `${read.text}\n\n… (${left} more characters of HTML)` } : read;
}

/** A thread that outgrows its memory in one leap takes the process with it, so what could is not given to one. */
function isParsable(html: string): boolean {
  const tags = html.split("<");
  const entities = html.split("&").length - 1;
  return (
    tags.length - 1 <= tagsMax &&
    entities <= entitiesMax &&
    tags.every((piece, index) => index === 0 || tagLength(piece) <= tagCharsMax)
  );
}

function tagLength(piece: string): number {
  const end = piece.indexOf(">");
  return end < 0 ? piece.length : end;
}

/** Undefined when the thread failed or was ended. */
async function convertOnThread(
  html: string,
  { signal, timeoutMs = convertMs }: HtmlLimits,
): Promise<PageText | undefined> {
  signal.throwIfAborted();
  const thread = new Worker(new URL("./html-worker.ts", import.meta.url), {
    workerData: html,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: memoryMbMax },
  });
  const { promise, resolve } = Promise.withResolvers<PageText | undefined>();
  const giveUp = () => resolve(undefined);
  const timer = setTimeout(giveUp, timeoutMs);
  signal.addEventListener("abort", giveUp, { once: true });
  thread.once("message", resolve).once("error", giveUp).once("exit", giveUp);
  try {
    const text = await promise;
    signal.throwIfAborted();
    return text;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    await thread.terminate();
  }
}
