import type { Masker, SecretMask } from "../settings.ts";

/**
 * `values`: the exact secrets that the server knows, in every form in which they are usually written.
 * `formats`: also whatever has the format of a well-known key.
 */
export type MaskScope = "values" | "formats";

/** A secret that the server knows. */
export interface KnownSecret {
  /** Completes the marker: `[masked: <name>]`. Lower-case words, or the name of a variable. */
  name: string;
  value: string;
}

/** Replaces secrets in texts by markers such as `[masked: github token]`. Time is linear in the text, memory is bounded. */
export interface Masking {
  /** From now on these are masked, until the server ends: also values that were replaced or removed. Values under 8 characters are ignored. */
  learn(secrets: readonly KnownSecret[]): void;
  of(scope: MaskScope): SecretMask;
}

export type { Masker, SecretMask };

/** What takes the place of a secret. */
export function markerOf(name: string): string {
  return `[masked: ${name}]`;
}

const markers = /\[masked: [\w .-]{1,100}\]/g;

/** The markers in a text, each once. */
export function markersIn(text: string): string[] {
  return [...new Set(text.match(markers) ?? [])];
}
