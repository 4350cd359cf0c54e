/** The text of HTML without its tags, for pages that no parser can handle. Takes linear time for any input. */
export function stripTags(html: string): string {
  const text = withoutInvisible(html).replace(/<[^<>]*>/g, " ");
  const lines = text.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
  return lines.filter((line) => line !== "").join("\n");
}

/** Drops scripts and styles. One pass, because a regular expression for pairs of tags takes quadratic time. */
function withoutInvisible(html: string): string {
  const lower = html.toLowerCase();
  const kept: string[] = [];
  let from = 0;
  for (const { index, 1: name } of lower.matchAll(/<(script|style|noscript)\b/g)) {
    if (index < from) continue;
    kept.push(html.slice(from, index));
    const end = lower.indexOf(`</${name}`, index);
    from = end < 0 ? html.length : end;
  }
  return [...kept, html.slice(from)].join(" ");
}
