import { parseReplicaUrl, type ReplicaPlace } from "../operating/replica.ts";
import { parseFailpointTarget, type FailpointTarget } from "../ports/failpoint.ts";

/** What the text of a variable must look like. */
export interface Format<T> {
  /** Completes "NAME should be ...". */
  expected: string;
  /** Undefined when the text does not have this format. */
  parse(text: string): T | undefined;
}

export interface Range {
  min: number;
  max: number;
}

export const absolutePath: Format<string> = {
  expected: "an absolute path",
  parse: (text) => (/^(\/|[A-Za-z]:[\\/])/.test(text) ? text.replace(/[\\/]+$/, "") : undefined),
};

export const absolutePaths: Format<string[]> = {
  expected: "absolute paths, separated by colons",
  parse: (text) => {
    const paths = text.split(":").map((path) => path.replace(/[/]+$/, ""));
    return paths.every((path) => path.startsWith("/")) ? paths : undefined;
  },
};

export function wholeNumber({ min, max }: Range): Format<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    parse: (text) => {
      const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return number >= min && number <= max ? number : undefined;
    },
  };
}

export const trueOrFalse: Format<boolean> = {
  expected: "true or false",
  parse: (text) => ({ true: true, "1": true, false: false, "0": false })[text.toLowerCase()],
};

export function oneOf<T extends string>(choices: readonly T[]): Format<T> {
  return {
    expected: `one of ${choices.join(", ")}`,
    parse: (text) => choices.find((choice) => choice === text),
  };
}

export const apiKey = matching(/^[!-~]{16,512}$/, "16 to 512 printable ASCII characters without spaces");

export const modelId = matching(/^\S+@[\w-]+$/, "a model id such as gpt-5-mini@openai");

export const hostName = matching(/^[\w.:%-]+$/, "an address or a host name, without scheme and port");

export const webUrl: Format<string> = {
  expected: "an http or https URL without a user name or password",
  parse: (text) => (isWebUrl(text) ? text.replace(/\/+$/, "") : undefined),
};

/** In the form in which browsers send them. A wildcard is refused, and so is `null`, which every sandboxed page sends. */
export const origins: Format<string[]> = {
  expected: "origins such as https://app.example, separated by commas",
  parse: (text) => {
    const list = text.split(",").map((origin) => origin.trim().toLowerCase());
    return list.every(isOrigin) ? list : undefined;
  },
};

export const networks: Format<string[]> = {
  expected: "networks in CIDR form such as 10.20.0.0/16, separated by commas",
  parse: (text) => {
    const list = text.split(",").map((network) => network.trim().toLowerCase());
    return list.every(isNetwork) ? list : undefined;
  },
};

export const headerName: Format<string> = {
  expected: "the name of a header such as X-Forwarded-For",
  parse: (text) => (/^[\w-]+$/.test(text) ? text.toLowerCase() : undefined),
};

export const replicaUrl: Format<ReplicaPlace> = {
  expected: "s3://bucket/prefix?endpoint=...&region=... or file:///path, without a user name or password",
  parse: parseReplicaUrl,
};

export const failpoint: Format<FailpointTarget> = {
  expected: "a failpoint such as turn.commit.prepared@2",
  parse: parseFailpointTarget,
};

export const ratio: Format<number> = {
  expected: "a number from 0 to 1",
  parse: (text) => (/^(0|1|[01]?[.]\d+)$/.test(text) && Number(text) <= 1 ? Number(text) : undefined),
};

export const namedValues: Format<Record<string, string>> = {
  expected: "name=value, separated by commas, percent-encoded",
  parse: parseNamedValues,
};

function matching(pattern: RegExp, expected: string): Format<string> {
  return { expected, parse: (text) => (pattern.test(text) ? text : undefined) };
}

function isWebUrl(text: string): boolean {
  const url = /^https?:\/\/\S+$/.test(text) ? URL.parse(text) : null;
  return url !== null && url.username === "" && url.password === "";
}

function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*,]+$/.test(text)) return false;
  return !/^https?:/.test(text) || URL.parse(text)?.origin === text;
}

/** The parser of URLs reads an address in any spelling and writes it in one; only that one is a network here. */
function isNetwork(text: string): boolean {
  const [, address = "", bits] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const isIpv6 = address.includes(":");
  if (bits === undefined || Number(bits) > (isIpv6 ? 128 : 32)) return false;
  return isIpv6
    ? URL.canParse(`http://[${address}]/`)
    : URL.parse(`http://${address}/`)?.hostname === address;
}

function parseNamedValues(text: string): Record<string, string> | undefined {
  const pairs = text.split(",").map((pair) => /^([^=\s]+)\s*=(.*)$/.exec(pair.trim()));
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        if (pair === null) throw new URIError("The text is not name=value.");
        const [, name = "", value = ""] = pair;
        return [name, decodeURIComponent(value.trim())];
      }),
    );
  } catch {
    return undefined;
  }
}
