import { parseFailpointTarget } from "../ports/failpoint.ts";
import { parseReplicaUrl } from "../operating/replica.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every mistake of the environment in one message. */
export class ConfigError extends Error {}

/** Reads single variables and remembers what was wrong with them. */
export function createReader(environment: Environment) {
  const mistakes: string[] = [];
  const text = (name: string) => environment[name]?.trim() || undefined;
  const parsed: Parsed = (name, expected, parse) => {
    const value = text(name);
    if (value === undefined) return undefined;
    const result = parse(value);
    if (result === undefined) mistakes.push(`${name} should be ${expected}; it is ${shown(name, value)}.`);
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
    ...networkReaders(parsed),
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

/** A variable as what it should be; undefined where it is not set or is something else. */
type Parsed = <T>(name: string, expected: string, parse: (value: string) => T | undefined) => T | undefined;

/** Of variables that hold addresses, or parts of them. */
function networkReaders(parsed: Parsed) {
  return {
    url: (name: string) =>
      parsed(name, "an http or https URL without a user name or password", (value) =>
        isWebUrl(value) ? value.replace(/\/+$/, "") : undefined,
      ),
    host: (name: string) =>
      parsed(name, "an address or a host name, without scheme and port", (value) =>
        /^[\w.:%-]+$/.test(value) ? value : undefined,
      ),
    origins: (name: string) =>
      parsed(name, "origins such as https://app.example, separated by commas", parseOrigins) ?? [],
    header: (name: string) =>
      parsed(name, "the name of a header such as X-Forwarded-For", (value) =>
        /^[\w-]+$/.test(value) ? value.toLowerCase() : undefined,
      ),
    replica: (name: string) =>
      parsed(
        name,
        "s3://bucket/prefix?endpoint=…&region=… or file:///path, without a user name or password",
        parseReplicaUrl,
      ),
  };
}

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

function isWebUrl(text: string): boolean {
  const url = /^https?:\/\/\S+$/.test(text) ? URL.parse(text) : null;
  return url !== null && url.username === "" && url.password === "";
}

/** As browsers send them; there is no wildcard, and `null` is what every sandboxed page sends. */
function parseOrigins(text: string): string[] | undefined {
  const origins = text.split(",").map((origin) => origin.trim().toLowerCase());
  return origins.every(isOrigin) ? origins : undefined;
}

function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*,]+$/.test(text)) return false;
  return !/^https?:/.test(text) || URL.parse(text)?.origin === text;
}

/** A key is never printed, not even a wrong one; of a URL no user name, password, path or query is. */
function shown(name: string, value: string): string {
  const isSecret = /_(KEY|HEADERS)$/.test(name);
  if (!isSecret && !/(URL|ENDPOINT|ORIGINS|HOST)$/.test(name) && !value.includes("://"))
    return JSON.stringify(value);
  const url = isSecret || value.includes(",") ? null : URL.parse(value);
  const start = url === null || url.host === "" ? "" : `, beginning with ${url.protocol}//${url.host}`;
  return `${value.length} characters long${start}`;
}
