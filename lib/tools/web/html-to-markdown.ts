import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import TurndownService from "turndown";

export interface PageText {
  title: string | null;
  text: string;
}

const elementsMax = 50_000;

/**
 * The article of a page as Markdown, without navigation and the like; the whole body when there is no clear article. Nothing
 * of the page is executed or loaded. A hostile page can take very long or overflow the stack, so run this in a thread that
 * can be terminated.
 */
export function htmlToMarkdown(html: string): PageText {
  const { document } = parseHTML(framed(html));
  const title = document.querySelector("title")?.textContent?.trim() || null;
  const body: string = document.body?.innerHTML ?? "";
  const article = new Readability(document, { maxElemsToParse: elementsMax }).parse();
  const text = markdownOf(article?.content ?? "") || markdownOf(body);
  return { title: article?.title || title, text };
}

/** HTML may leave out `html` and `body`, but then the parser would see only the first element; so add them. */
function framed(html: string): string {
  if (/<html[\s>]/i.test(html)) return html;
  return /<body[\s>]/i.test(html) ? `<html>${html}</html>` : `<html><body>${html}</body></html>`;
}

function markdownOf(html: string): string {
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  const turndown = new TurndownService({
    headingStyle: "atx",
    codeBlockStyle: "fenced",
    bulletListMarker: "-",
  });
  turndown.remove(["script", "style", "noscript", "iframe", "nav", "form"]);
  return turndown.turndown(document.body).trim();
}
