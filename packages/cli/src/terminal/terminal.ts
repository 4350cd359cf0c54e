import type { Style } from "../render/style.ts";
import { createStyle } from "../render/style.ts";

/** Where a command reads and writes. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  style: Style;
  /** A person can read and type: both ends are a terminal. */
  isInteractive: boolean;
  columns(): number;
  /** Width at which prose breaks: Infinity when the output goes to a program. */
  proseColumns(): number;
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The terminal of this process. When the reader goes away (`| head`), the process exits quietly. */
export function openTerminal(environment: Environment = process.env): Terminal {
  const { stdin, stdout, stderr } = process;
  stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    style: createStyle(hasColour(stdout, environment)),
    isInteractive: stdin.isTTY === true && stdout.isTTY === true,
    columns: () => stdout.columns ?? 100,
    proseColumns: () => stdout.columns ?? Infinity,
    input: stdin,
    output: stdout,
  };
}

/** NO_COLOR and FORCE_COLOR decide. Without them, colour is for terminals that are not "dumb". */
export function hasColour(stream: { isTTY?: boolean }, environment: Environment): boolean {
  if (environment["NO_COLOR"]) return false;
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return stream.isTTY === true && environment["TERM"] !== "dumb";
}
