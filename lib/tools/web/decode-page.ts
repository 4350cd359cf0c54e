import { TextDecoder } from "node:util";
import type { FetchedPage } from "../../tool.ts";

/** The media type without parameters, in lower case: `text/html`. Empty when the server named none. */
export function mediaTypeOf(page: FetchedPage): string {
  return (page.mediaType.split(";")[0] ?? "").trim().toLowerCase();
}

/** The text of a page in the encoding it names: in its type, else in the head of the document, else UTF-8. */
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
    // An encoding nobody knows is most likely a mistyped one.
    return new TextDecoder();
  }
}
