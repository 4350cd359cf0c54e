import type { Masker } from "../../../settings.ts";
import type { Scan } from "./scanner.ts";

/** Patterns look at this many characters before a match. */
const contextCharacters = 24;

/** Masks one text that comes in pieces. What it gives out does not depend on where the pieces end. */
export function createMasker(scan: () => Scan): Masker {
  let context = "";
  let held = "";
  const advance = (text: string, isWhole: boolean) => {
    const all = context + held + text;
    const { output, end } = scan()(all, { from: context.length, isWhole });
    context = all.slice(Math.max(0, end - contextCharacters), end);
    held = all.slice(end);
    return output;
  };
  return {
    push: (text) => advance(text, false),
    end: () => advance("", true),
  };
}
