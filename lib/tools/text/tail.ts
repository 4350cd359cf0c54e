/** The last characters of a text; never half of a surrogate pair. */
export function tail(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return text.slice(text.length - charsMax).replace(/^[\uDC00-\uDFFF]/, "");
}
