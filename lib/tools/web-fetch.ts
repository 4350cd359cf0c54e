import { ToolFailure, type FetchedPage, type ToolContext, type ToolOutput } from "../tool.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputSchema } from "./definition/input-schema.ts";
import { failure, success } from "./definition/output.ts";
import { safeFileName } from "./definition/safe-file-name.ts";
import type { PageText } from "./web/html-to-markdown.ts";
import { pageText } from "./web/page-text.ts";

const charsMax = 40_000;
/** A longer page is kept in a file, and the model sees this much of it. */
const charsShown = 10_000;
const errorCharsShown = 2000;

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["url"],
  properties: {
    url: { type: "string", minLength: 1, maxLength: 8000, description: "A public http or https URL." },
  },
} as const satisfies InputSchema;

export const webFetch = defineTool(import.meta.url, {
  name: "webFetch",
  effect: "pure",
  asks: "fetch",
  inputSchema,
  subject: ({ url }) => url.trim(),
  run: async (input, context) => {
    const url = webAddress(input.url.trim());
    const page = await context.fetch.fetch(url, context.signal);
    if (page.status >= 400) return failedFetch(page, context);
    return outputOf(page, context.mask.json(await pageText(page, context.signal)), context);
  },
});

function webAddress(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.href;
  throw new ToolFailure(
    `${JSON.stringify(text.slice(0, 200))} is not an http or https URL. Nothing was fetched.`,
  );
}

async function failedFetch(page: FetchedPage, context: ToolContext): Promise<ToolOutput> {
  const fields = { url: page.url, status: page.status };
  const content = await excerptOf(page, context);
  return failure(`The server answered with status ${page.status}.`, { ...fields, content });
}

async function excerptOf(page: FetchedPage, { mask, signal }: ToolContext): Promise<string> {
  try {
    return mask.text((await pageText(page, signal)).text).slice(0, errorCharsShown);
  } catch (error) {
    if (error instanceof ToolFailure) return "";
    throw error;
  }
}

async function outputOf(
  page: FetchedPage,
  { title, text }: PageText,
  context: ToolContext,
): Promise<ToolOutput> {
  const fields = { url: page.url, status: page.status, ...(title ? { title } : {}) };
  const cut = page.truncated
    ? " The page is longer than what is fetched of one page; its end is missing."
    : "";
  if (text.trim() === "") return success(`The page contains no text.${cut}`, { ...fields, content: "" });
  if (text.length <= charsMax) return success(`Fetched ${page.url}.${cut}`, { ...fields, content: text });
  const path = await context.host.keep(
    `web-${safeFileName(context.taskId)}-${safeFileName(context.toolCallId)}.md`,
    text,
  );
  const where = `its first ${charsShown} of ${text.length} characters are shown, and the whole text is in ${path}`;
  return success(`Fetched ${page.url}: ${where}, which readFile can open.${cut}`, {
    ...fields,
    content: text.slice(0, charsShown),
    content_file: path,
  });
}
