/** What of a pattern RE2 does not know, in which clients in Go, and others, hold their patterns; nothing where it compiles there as here. */
export function notInRe2(pattern: string): string[] {
  const syntax = unknownSyntax.flatMap(([form, name]) => (form.test(pattern) ? [name] : []));
  const counts = [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, least, most]) => [least, most]);
  return counts.some((count) => Number(count ?? 0) > repeatsMax)
    ? [...syntax, `a repetition of more than ${repeatsMax}: say it with maxLength`]
    : syntax;
}

const repeatsMax = 1000;

/** A backslash that is not itself escaped. */
const escape = String.raw`(?<!\\)(?:\\\\)*\\`;

const unknownSyntax: [form: RegExp, name: string][] = [
  [/\(\?<?[=!]/, "a look around"],
  [new RegExp(`${escape}[1-9]`), "a back reference"],
  [new RegExp(`${escape}k<`), "a named back reference"],
  [new RegExp(`${escape}u`), "\\u: write \\x00 to \\xff"],
  [new RegExp(`${escape}c`), "\\c"],
  [/\[\^?\]/, "an empty class"],
];
