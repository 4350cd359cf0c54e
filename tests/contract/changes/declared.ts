/** A breaking change as oasdiff tells of it. */
export interface Change {
  id: string;
  text: string;
  /** 3 breaks every client that uses it; 2 breaks those that are strict, as with a new value of an enum. */
  level: 2 | 3;
  operation: string;
  operationId: string;
  path: string;
}

/** What no entry under "Breaking" of the unreleased version declares: one line for each name that is missing there. */
export function undeclared(changes: readonly Change[], changelog: string): string[] {
  const named = namesIn(breakingEntries(changelog));
  const missing = changes.filter((change) => !subjectsOf(change).some((subject) => named.has(subject)));
  const byName = Map.groupBy(missing, (change) => subjectsOf(change)[0] ?? change.operationId);
  return [...byName].map(([name, [first, ...rest]]) => {
    const more = rest.length > 0 ? `, and ${rest.length} more like it` : "";
    return `\`${name}\` is not named. ${first?.operationId}: ${first?.text.slice(0, 200)}${more}`;
  });
}

/** The text under `### Breaking` of `## [Unreleased]`; empty when there is none. */
export function breakingEntries(changelog: string): string {
  const unreleased = sectionOf(changelog, /^## \[Unreleased\].*$/m, /^## /m);
  return sectionOf(unreleased, /^### Breaking *$/m, /^#{2,3} /m);
}

function sectionOf(text: string, heading: RegExp, next: RegExp): string {
  const start = heading.exec(text);
  if (start === null) return "";
  const rest = text.slice(start.index + start[0].length);
  const end = next.exec(rest);
  return end === null ? rest : rest.slice(0, end.index);
}

/** What stands in backticks. */
function namesIn(entries: string): Set<string> {
  return new Set([...entries.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? []));
}

/** What an entry has to name: the field or parameter that changed, or else the operation. */
function subjectsOf({ text, operation, operationId, path }: Change): string[] {
  const field = fieldOf(text);
  return field === undefined ? [operationId, `${operation} ${path}`] : [field];
}

/** `items/items/oneOf[...]/scope` is the field scope. */
function fieldOf(text: string): string | undefined {
  const places = placeForms.flatMap((form) => form.exec(text)?.[1] ?? []);
  const steps = (places[0] ?? "").replaceAll(/\[[^\]]*\]/g, "").split("/");
  return steps.findLast((step) => step !== "" && !structure.has(step));
}

const placeForms = [
  /`([^`]+)` (?:request|response)(?:'s)? property/,
  /(?:property|parameter|header) `([^`]+)`/,
];

/** Words of JSON Schema in the path of a field. */
const structure = new Set(["items", "oneOf", "anyOf", "allOf", "additionalProperties", "properties"]);
