export interface ExposureOptions {
  /** The address on which the server listens. */
  host: string;
  /** Set when a proxy runs in front of the server. */
  proxyAddressHeader: string | undefined;
}

/** A warning when other machines can reach the server without TLS; null when they cannot. */
export function exposureWarning({ host, proxyAddressHeader }: ExposureOptions): string | null {
  if (isLoopback(host) || proxyAddressHeader !== undefined) return null;
  return [
    `Warning: HOST is ${host}, so other machines can reach this server, and it speaks plain HTTP without TLS.`,
    "Anyone on the network path can read the API key and everything else. Put a TLS proxy in front of it and set",
    "TALKCODY_PROXY_ADDRESS_HEADER, or set HOST to 127.0.0.1; docs/guides/operate.md says how.",
  ].join("\n  ");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
