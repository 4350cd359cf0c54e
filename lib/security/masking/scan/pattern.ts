/** A part of a text and what takes its place. */
export interface MaskedPart {
  start: number;
  end: number;
  replacement: string;
}

/** `open`: text that follows decides. Never returned for a whole text. */
export type Match = MaskedPart | "open" | undefined;

export interface MatchPlace {
  text: string;
  /** Where the anchor would start. */
  at: number;
  /** No text follows. */
  isWhole: boolean;
}

/** Recognizes one kind of secret where one of its anchors starts. */
export interface SecretPattern {
  /** Texts with which a match begins, each of at least three characters. Letter case of ASCII letters may differ. */
  anchors: readonly string[];
  /** Looks at a bounded number of characters before and after `at`. */
  match(place: MatchPlace): Match;
}
