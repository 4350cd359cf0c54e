/**
 * At most `limit` offsets of `wanted` in `text`, overlapping ones included. Uses the algorithm of Knuth, Morris and Pratt:
 * both texts may be hostile, and its time is linear in their length whatever they contain.
 */
export function findOccurrences(text: string, wanted: string, limit: number): number[] {
  const found: number[] = [];
  const borders = borderLengths(wanted);
  let matched = 0;
  for (let at = 0; at < text.length && found.length < limit; at += 1) {
    matched = extend({ wanted, borders, matched }, text.charCodeAt(at));
    if (matched < wanted.length) continue;
    found.push(at - matched + 1);
    matched = borders[matched - 1] ?? 0;
  }
  return found;
}

/** For each prefix the length of its longest proper prefix that is also its suffix. */
function borderLengths(wanted: string): Uint32Array {
  const borders = new Uint32Array(wanted.length);
  let matched = 0;
  for (let at = 1; at < wanted.length; at += 1) {
    matched = extend({ wanted, borders, matched }, wanted.charCodeAt(at));
    borders[at] = matched;
  }
  return borders;
}

function extend(state: { wanted: string; borders: Uint32Array; matched: number }, code: number): number {
  let { matched } = state;
  while (matched > 0 && state.wanted.charCodeAt(matched) !== code) matched = state.borders[matched - 1] ?? 0;
  return state.wanted.charCodeAt(matched) === code ? matched + 1 : matched;
}
