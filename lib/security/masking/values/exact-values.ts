import { type KnownSecret, markerOf } from "../../../ports/masking.ts";
import { type Match, type MatchPlace, type SecretPattern } from "../scan/pattern.ts";
import { formsOf } from "./forms.ts";

/** Recognizes secret values in all their forms. Longer forms come first, because one value may begin with another one. */
export function exactValues(secrets: Iterable<KnownSecret>): SecretPattern[] {
  const forms = [...secrets].flatMap(({ name, value }) =>
    formsOf(value).map((form) => ({ ...form, replacement: markerOf(name) })),
  );
  return forms
    .toSorted((a, b) => b.text.length - a.text.length)
    .map((form) => ({ anchors: [form.text.slice(0, 3)], match: (place) => matchForm(form, place) }));
}

interface ExactForm {
  text: string;
  mayWrap: boolean;
  replacement: string;
}

function matchForm(form: ExactForm, { text, at, isWhole }: MatchPlace): Match {
  const { replacement } = form;
  if (text.startsWith(form.text, at)) return { start: at, end: at + form.text.length, replacement };
  const { matched, end } = form.mayWrap ? matchWrapped(form.text, text, at) : matchPlain(form.text, text, at);
  if (matched === form.text.length) return { start: at, end, replacement };
  if (end < text.length) return undefined;
  if (!isWhole) return "open";
  // The text ends within the secret, as when output is cut.
  return matched >= Math.max(12, form.text.length / 2) ? { start: at, end, replacement } : undefined;
}

interface Progress {
  /** Characters of the form that were found. */
  matched: number;
  /** Where the text stopped to match. */
  end: number;
}

/** Only the end of the text can hold a part of the form: a whole form was not found. */
function matchPlain(form: string, text: string, at: number): Progress {
  const rest = text.length - at;
  if (rest < form.length && form.startsWith(text.slice(at))) return { matched: rest, end: text.length };
  return { matched: 0, end: at };
}

/** Compares without the line breaks of the text. */
function matchWrapped(form: string, text: string, at: number): Progress {
  let matched = 0;
  let end = at;
  for (; end < text.length && matched < form.length; end++) {
    const code = text.charCodeAt(end);
    if (code === form.charCodeAt(matched)) matched += 1;
    else if (code !== 10 && code !== 13) break;
  }
  return { matched, end };
}
