const charsMax = 200;

/** A value as JSON. After 200 characters it is cut, and the number of missing characters is added. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  const left = text.length - charsMax;
  return left > 0 ? `${text.slice(0, charsMax)}… (${left} more characters)` : text;
}
