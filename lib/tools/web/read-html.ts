import { Worker } from "node:worker_threads";
import type { PageText } from "./html-to-markdown.ts";
import { stripTags } from "./strip-tags.ts";

const htmlCharsMax = 2_000_000;
const convertMs = 5000;
const memoryMbMax = 256;

/** Parsers allocate most for these. The limits are far above what ordinary pages have. */
const tagsMax = 50_000;
const entitiesMax = 50_000;
const tagCharsMax = 100_000;

export interface HtmlLimits {
  signal: AbortSignal;
  /** How long the parsers may run. */
  timeoutMs?: number;
}

/**
 * An HTML page as Markdown. The parsers run in a thread of their own with limited time and memory. A page that exceeds the
 * limits, for example one made to take quadratic time or to overflow the stack, becomes its text without tags instead.
 */
export async function readHtml(html: string, limits: HtmlLimits): Promise<PageText> {
  const start = html.slice(0, htmlCharsMax);
  const left = html.length - start.length;
  const converted = isParsable(start) ? await convertInThread(start, limits) : undefined;
  const read = converted?.text ? converted : { title: null, text: stripTags(start) };
  return left > 0 ? { ...read, text: `${read.text}\n\n… (${left} more characters of HTML)` } : read;
}

/** A thread that exceeds its memory limit in one allocation ends the whole process, so such pages are not parsed at all. */
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

/** Undefined when the thread failed or took too long. */
async function convertInThread(
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
