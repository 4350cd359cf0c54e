const charsMax = 200;

/** A value as JSON, cut after 200 characters; what was cut is counted. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  const left = text.length - charsMax;
  return left > 0 ? `${text.slice(0, charsMax)}… (${left} more characters)` : text;
}
