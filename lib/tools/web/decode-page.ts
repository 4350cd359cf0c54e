import { TextDecoder } from "node:util";
import type { FetchedPage } from "../../tool.ts";

/** The media type without parameters, in lower case: `text/html`. Empty when the server named none. */
export function mediaTypeOf(page: FetchedPage): string {
  return (page.mediaType.split(";")[0] ?? "").trim().toLowerCase();
}

/** The text of a page. Its encoding comes from the media type, else from the start of the document, else it is UTF-8. */
export function decodePage(page: FetchedPage): string {
  const head = Buffer.from(page.body.subarray(0, 1024)).toString("latin1");
  const label =
    /charset\s*=\s*["']?([\w.:-]+)/i.exec(page.mediaType)?.[1] ??
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)/i.exec(head)?.[1] ??
    "utf-8";
  return decoderFor(label).decode(page.body);
}

function decoderFor(label: string): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder(); // An unknown encoding is most likely a mistyped name.
  }
}
