/** The network of a trial, which inside.sh makes: addresses that are reserved for documentation, and the metadata address. */
export const thisHost = "198.51.100.7";
export const otherHost = "198.51.100.8";
export const metadata = "169.254.169.254";
export const loopback = "127.0.0.1";

/** 22 and 25 stand for what speaks no HTTP, 8080 for a WebSocket. DNS has 53. */
export const ports = { tcp: [22, 25, 80, 443, 8080], udp: [9999], dns: 53 };

/** What the name server of the trial knows. It writes down every question. */
export const names: Record<string, string> = {
  "registry.example": otherHost,
  "other.example": otherHost,
  "loopback.example": loopback,
  "metadata.example": metadata,
  "this-host.example": thisHost,
};

/** Names whose address is another one at every question. */
export const changingNames: Record<string, string[]> = {
  "rebinding.example": [otherHost, loopback, otherHost, metadata, thisHost],
};
