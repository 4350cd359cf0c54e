import type { Duplex } from "node:stream";

/** What a command wants to connect to. */
export interface HostTarget {
  /** In lower case and punycode, without a dot at its end; IPv6 in brackets. */
  host: string;
  port: number;
}

/** `reason` is for the person or the agent that reads the answer of the proxy. */
export type HostVerdict = { isGranted: true } | { isGranted: false; reason: string };

/** Decides which hosts the commands of a workspace reach. */
export interface HostGate {
  /** May wait for a person, until the signal is aborted. Never throws. */
  decide(workspaceId: string, target: HostTarget, signal: AbortSignal): Promise<HostVerdict>;
  /** A granted host was refused all the same, because it is not on the public internet. */
  noteUnreachable(workspaceId: string, target: HostTarget): void;
}

export interface ConnectionOrigin {
  workspaceId: string;
  /** What each request has to send as Proxy-Authorization, where other programs of the host could connect too. */
  authorization?: string;
}

/** Where the connections of commands end: an HTTP proxy outside of the sandbox. */
export interface NetworkProxy {
  /**
   * Serves one connection, which is a socket that was accepted with `allowHalfOpen`. The command behind it reaches what
   * the grants of the workspace say, by CONNECT and by requests with an absolute URL.
   */
  handle(connection: Duplex, from: ConnectionOrigin): void;
  /** Ends all connections of a workspace at once. */
  endWorkspace(workspaceId: string): void;
  /** Ends all connections, and each further one as it comes. */
  close(): void;
}
