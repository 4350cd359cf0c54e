/**
 * The form of a text that search compares. Upper case, because a letter's lower case can depend on its neighbours: the
 * Greek capital sigma has two. Done here, because SQLite folds ASCII only.
 */
export function foldCase(text: string): string {
  return text.normalize("NFC").toUpperCase();
}
