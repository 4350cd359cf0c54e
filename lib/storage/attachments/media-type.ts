/** Reads bytes as they pass. Only types that a browser shows without running code are recognised. */
export interface MediaTypeSniffer {
  push(bytes: Uint8Array): void;
  /** Call it after the last byte. SVG and HTML are `text/plain`; unknown types are `application/octet-stream`. */
  mediaType(): string;
}

export function createMediaTypeSniffer(): MediaTypeSniffer {
  let head = Buffer.alloc(0);
  const text = createTextDetector();
  return {
    push: (bytes) => {
      if (head.length < headBytes) head = Buffer.concat([head, bytes.subarray(0, headBytes - head.length)]);
      text.push(bytes);
    },
    mediaType: () => {
      const known = signatures.find(({ parts }) => parts.every((part) => hasPart(head, part)));
      if (known) return known.mediaType;
      return text.isText() ? "text/plain" : "application/octet-stream";
    },
  };
}

type SignaturePart = [offset: number, bytes: string];

/** Bytes in Latin-1. */
const signatures: { mediaType: string; parts: SignaturePart[] }[] = [
  { mediaType: "image/png", parts: [[0, "\x89PNG\r\n\x1a\n"]] },
  { mediaType: "image/jpeg", parts: [[0, "\xff\xd8\xff"]] },
  { mediaType: "image/gif", parts: [[0, "GIF87a"]] },
  { mediaType: "image/gif", parts: [[0, "GIF89a"]] },
  {
    mediaType: "image/webp",
    parts: [
      [0, "RIFF"],
      [8, "WEBP"],
    ],
  },
  { mediaType: "application/pdf", parts: [[0, "%PDF-"]] },
];

const headBytes = 16;

function hasPart(head: Buffer, [offset, bytes]: SignaturePart): boolean {
  return head.subarray(offset, offset + bytes.length).equals(Buffer.from(bytes, "latin1"));
}

/** Text is valid UTF-8 without NUL, from the first byte to the last. */
function createTextDetector() {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let isText = true;
  const decode = (bytes?: Uint8Array) => {
    try {
      decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      isText = false;
    }
  };
  return {
    push: (bytes: Uint8Array) => {
      if (isText && bytes.includes(0)) isText = false;
      if (isText) decode(bytes);
    },
    isText: () => {
      if (isText) decode();
      return isText;
    },
  };
}
