import { ToolFailure } from "../../tool.ts";

/** Parses the URL of a page. Throws a ToolFailure when it must not be fetched. Does not resolve the host name. */
export function readPageUrl(text: string, isAllowedHost: (host: string) => boolean): URL {
  const url = URL.parse(text);
  if (url === null)
    throw new ToolFailure(`${shown(text)} is not a URL. Give a full URL, such as https://example.com/page.`);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new ToolFailure(`Only http and https pages are fetched, not ${url.protocol}`);
  if (url.username !== "" || url.password !== "")
    throw new ToolFailure("The URL contains a user name or password. Give a URL without them.");
  const host = hostOf(url);
  if (isAllowedHost(host)) return url;
  if (url.port !== "")
    throw new ToolFailure(`Only pages on the ports 80 and 443 are fetched, not on port ${url.port}.`);
  if (isLocalName(host)) throw notPublic(host);
  return url;
}

/** The host name without the brackets of IPv6 and without a dot at its end. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

export function notPublic(host: string): ToolFailure {
  return new ToolFailure(`${shown(host)} is not on the public internet. Only public web pages are fetched.`);
}

function isLocalName(host: string): boolean {
  return (
    host === "" || /(^|\.)(localhost|internal|local|localdomain|home\.arpa|onion|test|invalid)$/.test(host)
  );
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
