/** A pattern as its parts. `domain` of a wildcard is what stands after `*.`. */
interface HostPattern {
  domain: string;
  isWildcard: boolean;
  /** Undefined: 80 and 443. */
  port: number | undefined;
}

const portsByDefault: readonly number[] = [80, 443];

/** What is wrong with a pattern that the contract lets through; undefined when it can be granted. */
export function hostPatternMistake(text: string): string | undefined {
  const { domain, isWildcard } = parseHostPattern(text);
  if (text.length > 253) return `${text} is longer than a pattern can be.`;
  if (isWildcard) return wildcardMistake(text, domain);
  const canonical = URL.parse(`http://${domain}/`)?.hostname;
  if (canonical === domain) return undefined;
  return canonical === undefined
    ? `${text} is not a host name.`
    : `${text} is another way to write ${canonical}. Write it that way.`;
}

/** `*.com` would grant the hosts of strangers, and an IP address has no names below it. */
function wildcardMistake(text: string, domain: string): string | undefined {
  if (!domain.includes("."))
    return `${text} would grant a whole top level. Name a domain, such as *.example.com.`;
  const canonical = URL.parse(`http://x.${domain}/`)?.hostname;
  return canonical === `x.${domain}` ? undefined : `${text} is not a domain with names below it.`;
}

/** Whether a pattern grants a host, which is in lower case and without a dot at its end. */
export function matchesHost(text: string, target: { host: string; port: number }): boolean {
  const { domain, isWildcard, port } = parseHostPattern(text);
  const isPort = port === undefined ? portsByDefault.includes(target.port) : port === target.port;
  return isPort && (isWildcard ? target.host.endsWith(`.${domain}`) : target.host === domain);
}

/** The least pattern that grants a host at a port. */
export function patternFor({ host, port }: { host: string; port: number }): string {
  return portsByDefault.includes(port) ? host : `${host}:${port}`;
}

function parseHostPattern(text: string): HostPattern {
  const [, name = text, digits] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  const isWildcard = name.startsWith("*.");
  return {
    domain: isWildcard ? name.slice(2) : name,
    isWildcard,
    port: digits === undefined ? undefined : Number(digits),
  };
}
