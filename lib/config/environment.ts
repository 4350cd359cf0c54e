import { parseFailpointTarget } from "../ports/failpoint.ts";
import { parseReplicaUrl } from "../operating/replica.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every mistake of the environment in one message. */
export class ConfigError extends Error {}

/** Reads single variables and remembers what was wrong with them. */
export function createReader(environment: Environment) {
  const mistakes: string[] = [];
  const text = (name: string) => environment[name]?.trim() || undefined;
  const parsed = <T>(
    name: string,
    expected: string,
    parse: (value: string) => T | undefined,
  ): T | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const result = parse(value);
    if (result === undefined)
      mistakes.push(`${name} should be ${expected}; it is ${secretive(name, value)}.`);
    return result;
  };
  return {
    text,
    path: (name: string) =>
      parsed(name, "an absolute path", (value) =>
        /^(\/|[A-Za-z]:[\\/])/.test(value) ? value.replace(/[\\/]+$/, "") : undefined,
      ),
    integer: (name: string, { least, most }: { least: number; most: number }) =>
      parsed(name, `a whole number from ${least} to ${most}`, (value) => {
        const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
        return number >= least && number <= most ? number : undefined;
      }),
    flag: (name: string) =>
      parsed(
        name,
        "true or false",
        (value) => ({ true: true, "1": true, false: false, "0": false })[value.toLowerCase()],
      ) ?? false,
    choice: <T extends string>(name: string, choices: readonly T[]) =>
      parsed(name, `one of ${choices.join(", ")}`, (value) => choices.find((choice) => choice === value)),
    key: (name: string) =>
      parsed(name, "at least 16 printable characters without blanks", (value) =>
        /^[!-~]{16,512}$/.test(value) ? value : undefined,
      ),
    model: (name: string) =>
      parsed(name, "a model id such as gpt-5-mini@openai", (value) =>
        /^\S+@[\w-]+$/.test(value) ? value : undefined,
      ),
    url: (name: string) =>
      parsed(name, "an http or https URL", (value) =>
        /^https?:\/\/\S+$/.test(value) ? value.replace(/\/+$/, "") : undefined,
      ),
    replica: (name: string) =>
      parsed(name, "s3://bucket/prefix?endpoint=…&region=… or file:///path", parseReplicaUrl),
    failpoint: (name: string) =>
      parsed(name, "a failpoint such as turn.commit.prepared@2", parseFailpointTarget),
    list: (name: string) =>
      (text(name) ?? "")
        .split(",")
        .map((item) => item.trim().toLowerCase())
        .filter((item) => item !== ""),
    share: (name: string) =>
      parsed(name, "a number from 0 to 1", (value) =>
        /^(0|1|[01]?[.]\d+)$/.test(value) && Number(value) <= 1 ? Number(value) : undefined,
      ),
    pairs: (name: string) =>
      parsed(name, "name=value, separated by commas, percent-encoded", parsePairs) ?? {},
    report: () => {
      if (mistakes.length > 0)
        throw new ConfigError(
          ["The environment has mistakes:", ...mistakes.map((line) => `  ${line}`)].join("\n"),
        );
    },
  };
}

export type Reader = ReturnType<typeof createReader>;

function parsePairs(text: string): Record<string, string> | undefined {
  const pairs = text.split(",").map((pair) => /^([^=\s]+)\s*=(.*)$/.exec(pair.trim()));
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        if (pair === null) throw new URIError("no pair");
        const [, name = "", value = ""] = pair;
        return [name, decodeURIComponent(value.trim())];
      }),
    );
  } catch {
    return undefined;
  }
}

/** A key is never printed, not even a wrong one. */
function secretive(name: string, value: string): string {
  return /_(KEY|HEADERS)$/.test(name) ? `${value.length} characters long` : JSON.stringify(value);
}
