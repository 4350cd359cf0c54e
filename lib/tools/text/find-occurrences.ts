/**
 * Offsets at which `wanted` stands in `text`, overlapping ones too, at most `limit`. Time grows with the length of the
 * text whatever it holds (Knuth, Morris and Pratt), because both may come from someone who wishes us to hang.
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
