import { isUtf8 } from "node:buffer";
import { ToolFailure, type FetchedPage } from "../../tool.ts";
import { formatBytes } from "../text/format-bytes.ts";
import { decodePage, mediaTypeOf } from "./decode-page.ts";
import type { PageText } from "./html-to-markdown.ts";
import { readHtml } from "./read-html.ts";

/** A page as text: HTML as Markdown; JSON and plain text unchanged. Throws a ToolFailure when it is not text. */
export async function pageText(page: FetchedPage, signal: AbortSignal): Promise<PageText> {
  const type = mediaTypeOf(page);
  if (/^(text\/html|application\/xhtml\+xml)$/.test(type)) return readHtml(decodePage(page), { signal });
  if (isTextual(type) || (type === "" && isUtf8(page.body) && !page.body.includes(0))) {
    return { title: null, text: decodePage(page) };
  }
  throw new ToolFailure(
    `${page.url} is ${type === "" ? "not text and has no media type" : type} (${formatBytes(page.body.length)}). webFetch reads web pages, text and JSON only.`,
    { url: page.url, status: page.status },
  );
}

function isTextual(type: string): boolean {
  return (
    type.startsWith("text/") ||
    /^application\/([\w.+-]+\+)?(json|xml|yaml|x-yaml|toml|x-ndjson|javascript|x-javascript|ecmascript|typescript|x-sh|sql|graphql)$/.test(
      type,
    )
  );
}
