import * as formats from "./formats.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** All mistakes of the environment in one message. */
export class ConfigError extends Error {}

export type Reader = ReturnType<typeof createReader>;

/**
 * Reads single variables. Blanks around a value are ignored, and an empty value counts as not set. A value of the wrong
 * format counts as not set too, and `report` throws a ConfigError that names every such variable.
 */
export function createReader(environment: Environment) {
  const context: ReaderContext = { environment, mistakes: [] };
  return {
    text: (name: string) => readText(context, name),
    list: (name: string) => readList(context, name),
    path: (name: string) => read(context, name, formats.absolutePath),
    paths: (name: string) => read(context, name, formats.absolutePaths),
    integer: (name: string, range: formats.Range) => read(context, name, formats.wholeNumber(range)),
    flag: (name: string) => read(context, name, formats.trueOrFalse) ?? false,
    choice: <T extends string>(name: string, choices: readonly T[]) =>
      read(context, name, formats.oneOf(choices)),
    key: (name: string) => read(context, name, formats.apiKey),
    model: (name: string) => read(context, name, formats.modelId),
    url: (name: string) => read(context, name, formats.webUrl),
    host: (name: string) => read(context, name, formats.hostName),
    origins: (name: string) => read(context, name, formats.origins) ?? [],
    networks: (name: string) => read(context, name, formats.networks) ?? [],
    header: (name: string) => read(context, name, formats.headerName),
    replica: (name: string) => read(context, name, formats.replicaUrl),
    failpoint: (name: string) => read(context, name, formats.failpoint),
    ratio: (name: string) => read(context, name, formats.ratio),
    namedValues: (name: string) => read(context, name, formats.namedValues) ?? {},
    report: () => report(context),
  };
}

interface ReaderContext {
  environment: Environment;
  mistakes: string[];
}

function readText({ environment }: ReaderContext, name: string): string | undefined {
  return environment[name]?.trim() || undefined;
}

/** Separated by commas, in lower case. */
function readList(context: ReaderContext, name: string): string[] {
  const items = (readText(context, name) ?? "").split(",").map((item) => item.trim().toLowerCase());
  return items.filter((item) => item !== "");
}

function read<T>(context: ReaderContext, name: string, format: formats.Format<T>): T | undefined {
  const text = readText(context, name);
  if (text === undefined) return undefined;
  const value = format.parse(text);
  if (value === undefined)
    context.mistakes.push(`${name} should be ${format.expected}; it is ${shown(name, text)}.`);
  return value;
}

/** Never shows any part of a key, nor the user name, password, path or query of a URL. */
function shown(name: string, value: string): string {
  const isSecret = /_(KEY|HEADERS)$/.test(name);
  if (!isSecret && !/(URL|ENDPOINT|ORIGINS|HOST)$/.test(name) && !value.includes("://"))
    return JSON.stringify(value);
  const url = isSecret || value.includes(",") ? null : URL.parse(value);
  const start = url === null || url.host === "" ? "" : `, beginning with ${url.protocol}//${url.host}`;
  return `${value.length} characters long${start}`;
}

function report({ mistakes }: ReaderContext): void {
  if (mistakes.length === 0) return;
  throw new ConfigError(["The environment has mistakes:", ...mistakes.map((text) => `  ${text}`)].join("\n"));
}
