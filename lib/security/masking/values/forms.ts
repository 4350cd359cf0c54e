/** One way in which a value may be written. */
export interface ValueForm {
  text: string;
  /** Programs break this form into lines. */
  mayWrap: boolean;
}

/** A shorter form would occur by chance. */
export const valueLengthMin = 8;

/** Lines of a value with several lines are secret on their own from this length. */
const lineLengthMin = 16;

/** The value itself, its lines, as UTF-8 bytes read as Latin-1, as JSON, in URLs, and in base64 at each of the three places of a group. */
export function formsOf(value: string): ValueForm[] {
  const bytes = Buffer.from(value, "utf8");
  const lines = value.split(/\r?\n/).filter((line, _, all) => all.length > 1 && line.length >= lineLengthMin);
  const plain = [
    value,
    ...lines,
    bytes.toString("latin1"),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
  ];
  const encoded = [0, 1, 2].flatMap((offset) => [base64At(bytes, offset), base64UrlAt(bytes, offset)]);
  const forms = [...new Set(plain)].map((text) => ({ text, mayWrap: false }));
  const wrapped = [...new Set(encoded)].map((text) => ({ text, mayWrap: true }));
  return [...forms, ...wrapped].filter(({ text }) => text.length >= valueLengthMin);
}

/** The characters that do not depend on what stands around the value, with `offset` bytes before it in its group of three. */
function base64At(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const text = padded.toString("base64").replace(/=+$/, "");
  const first = [0, 2, 3][offset] ?? 0;
  return text.slice(first, Math.floor((padded.length * 8) / 6));
}

function base64UrlAt(bytes: Buffer, offset: number): string {
  return base64At(bytes, offset).replaceAll("+", "-").replaceAll("/", "_");
}
