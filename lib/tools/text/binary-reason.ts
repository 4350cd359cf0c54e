import { isUtf8 } from "node:buffer";

const headBytes = 8192;

/** Why bytes cannot be read as text, for the model; undefined when they are UTF-8. */
export function binaryReason(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return "it is UTF-16, and only UTF-8 can be read; bash can convert it with iconv";
  }
  const nul = bytes.subarray(0, headBytes).indexOf(0);
  if (nul >= 0) return `it is binary: it contains a NUL byte at offset ${nul}`;
  return isUtf8(bytes) ? undefined : "it is binary, or text in another encoding: its bytes are not UTF-8";
}
