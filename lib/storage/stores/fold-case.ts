/**
 * Text as search compares it. Upper case, because unlike lower case it depends on no neighbour (σ and ς are both Σ);
 * SQLite itself folds ASCII only.
 */
export function foldCase(text: string): string {
  return text.normalize("NFC").toUpperCase();
}
