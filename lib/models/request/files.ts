import type { LanguageModelV4FilePart, LanguageModelV4TextPart } from "@ai-sdk/provider";
import type { Message } from "../../message.ts";
import type { ModelFile } from "../../model.ts";
import { head } from "../../well-formed.ts";

/** Anthropic's limit for one image, the lowest of all providers. */
const imageBytesMax = 5 * 1024 * 1024;
const documentBytesMax = 20 * 1024 * 1024;
const inlinedCharactersMax = 100_000;

/** A file of a message: sent as a file where the provider accepts its type, inlined when it is text, else only described. */
export function filePart(
  fileId: string,
  {
    message,
    files,
    mediaTypes,
  }: { message: Message; files: ReadonlyMap<string, ModelFile>; mediaTypes: readonly string[] },
): LanguageModelV4TextPart | LanguageModelV4FilePart {
  const file = files.get(fileId);
  if (file === undefined) return text(describedById(fileId, message));
  if (mediaTypes.includes(file.mediaType) && file.bytes.byteLength <= bytesMax(file)) return unchanged(file);
  return text(isText(file) ? inlined(file) : described(file, "It cannot be shown to you."));
}

function bytesMax({ mediaType }: ModelFile): number {
  return mediaType.startsWith("image/") ? imageBytesMax : documentBytesMax;
}

function unchanged({ name, mediaType, bytes }: ModelFile): LanguageModelV4FilePart {
  return { type: "file", filename: name, mediaType, data: { type: "data", data: bytes } };
}

function isText({ mediaType }: ModelFile): boolean {
  return mediaType.startsWith("text/") || mediaType === "application/json" || mediaType === "application/xml";
}

function inlined(file: ModelFile): string {
  const content = new TextDecoder().decode(file.bytes);
  const kept = head(content, inlinedCharactersMax);
  const cut = kept.length < content.length ? `\n[cut: ${content.length - kept.length} more characters]` : "";
  return `${described(file, "Its content:")}\n${kept}${cut}`;
}

function described({ name, mediaType, bytes }: ModelFile, rest: string): string {
  return `Attached file ${JSON.stringify(name)} (${mediaType}, ${bytes.byteLength} bytes). ${rest}`;
}

function describedById(fileId: string, message: Message): string {
  const known = message.files.find(({ id }) => id === fileId);
  if (known === undefined) return "Attached file that no longer exists.";
  const { name, mediaType, sizeBytes } = known;
  return `Attached file ${JSON.stringify(name)} (${mediaType}, ${sizeBytes} bytes). It cannot be shown to you.`;
}

function text(content: string): LanguageModelV4TextPart {
  return { type: "text", text: content };
}
