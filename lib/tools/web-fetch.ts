import { ToolFailure, type FetchedPage, type ToolContext, type ToolOutput } from "../tool.ts";
import { defineTool } from "./definition/define-tool.ts";
import { failure, success } from "./definition/output.ts";
import { safeFileName } from "./definition/safe-file-name.ts";
import type { PageText } from "./web/html-to-markdown.ts";
import { pageText } from "./web/page-text.ts";

const charsMax = 40_000;
/** Of a longer page this much is shown beside the path of the whole. */
const charsShown = 10_000;
const errorCharsShown = 2000;

interface WebFetchInput {
  url: string;
}

export const webFetch = defineTool<WebFetchInput>(import.meta.url, {
  name: "webFetch",
  effect: "pure",
  asks: "fetch",
  inputSchema: {
    type: "object",
    additionalProperties: false,
    required: ["url"],
    properties: {
      url: { type: "string", minLength: 1, maxLength: 8000, description: "A public http or https URL." },
    },
  },
  subject: ({ url }) => url.trim(),
  run: async (input, context) => {
    const url = webAddress(input.url.trim());
    const page = await context.fetch.fetch(url, context.signal);
    if (page.status >= 400) return refused(page, context.signal);
    return outputOf(page, await pageText(page, context.signal), context);
  },
});

function webAddress(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.href;
  throw new ToolFailure(
    `${JSON.stringify(text.slice(0, 200))} is no http or https URL. Nothing was fetched.`,
  );
}

async function refused(page: FetchedPage, signal: AbortSignal): Promise<ToolOutput> {
  const fields = { url: page.url, status: page.status };
  const content = await excerptOf(page, signal);
  return failure(`The server answered with status ${page.status}.`, { ...fields, content });
}

async function excerptOf(page: FetchedPage, signal: AbortSignal): Promise<string> {
  try {
    return (await pageText(page, signal)).text.slice(0, errorCharsShown);
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
  const cut = page.truncated ? " The page was longer than what is fetched of one; its end is missing." : "";
  if (text.trim() === "") return success(`The page holds no text.${cut}`, { ...fields, content: "" });
  if (text.length <= charsMax) return success(`Fetched ${page.url}.${cut}`, { ...fields, content: text });
  const path = await context.host.keep(
    `web-${safeFileName(context.taskId)}-${safeFileName(context.toolCallId)}.md`,
    text,
  );
  const where = `its first ${charsShown} of ${text.length} characters are shown, all of it is in ${path}`;
  return success(`Fetched ${page.url}: ${where}, which readFile can open.${cut}`, {
    ...fields,
    content: text.slice(0, charsShown),
    content_file: path,
  });
}
