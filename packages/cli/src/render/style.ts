import { styleText } from "node:util";

type Paint = (text: string) => string;

/** Colours by what they mean. Without colour, each returns the text unchanged. */
export interface Style {
  strong: Paint;
  quiet: Paint;
  added: Paint;
  removed: Paint;
  good: Paint;
  bad: Paint;
  waiting: Paint;
  accent: Paint;
}

type Format = Parameters<typeof styleText>[0];

export function createStyle(hasColour: boolean): Style {
  const paint =
    (format: Format): Paint =>
    (text) =>
      hasColour && text !== "" ? styleText(format, text, { validateStream: false }) : text;
  return {
    strong: paint("bold"),
    quiet: paint("dim"),
    added: paint("green"),
    removed: paint("red"),
    good: paint("green"),
    bad: paint("red"),
    waiting: paint("yellow"),
    accent: paint("cyan"),
  };
}
