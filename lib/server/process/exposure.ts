export interface ExposureOptions {
  /** Where the server listens. */
  host: string;
  /** Named by whoever put a proxy before the server. */
  proxyAddressHeader: string | undefined;
}

/** What a person should know who lets other machines reach the server without TLS; null when there is nothing to say. */
export function exposureWarning({ host, proxyAddressHeader }: ExposureOptions): string | null {
  if (isLoopback(host) || proxyAddressHeader !== undefined) return null;
  return [
    `Warning: HOST is ${host}, so other machines can reach this server, and it speaks plain HTTP without TLS.`,
    "Whoever is on the way can read the API key and everything else. Put a proxy with TLS before it and set",
    "TALKCODY_PROXY_ADDRESS_HEADER, or set HOST to 127.0.0.1; docs/guides/operate.md says how.",
  ].join("\n  ");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
