import { UsageError } from "../failures.ts";

/** The most that a message may contain, in UTF-16 code units. */
const charactersMax = 500_000;

/** Reads a stream to its end. Throws UsageError for more than a message may contain. */
export async function readAll(input: NodeJS.ReadStream): Promise<string> {
  let text = "";
  input.setEncoding("utf8");
  for await (const piece of input) {
    text += String(piece);
    if (text.length > charactersMax)
      throw new UsageError(`The text is longer than ${charactersMax} characters.`);
  }
  return text;
}
