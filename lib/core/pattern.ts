/**
 * Holds a text against a pattern of `*` (any run of characters) and `?` (any one); `\` takes the next character as it
 * stands. Linear time, so that no pattern can stall the server.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const tokens = tokenize(pattern);
  let token = 0;
  let at = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === anyRun) {
      starToken = token++;
      starAt = at;
    } else if (wanted !== undefined && (wanted === anyOne || wanted === text[at])) {
      token++;
      at++;
    } else if (starToken >= 0) {
      token = starToken + 1; // Let the last star take one character more.
      at = ++starAt;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === anyRun);
}

/** A pattern that matches this text and no other. */
export function exactly(text: string): string {
  return text.replace(/[\\*?]/g, "\\$&");
}

const anyRun = Symbol("*");
const anyOne = Symbol("?");

function tokenize(pattern: string): (string | symbol)[] {
  const tokens: (string | symbol)[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === "*") tokens.push(anyRun);
    else if (character === "?") tokens.push(anyOne);
    else tokens.push(character === "\\" ? pattern.charAt(++at) || "\\" : character);
  }
  return tokens;
}
