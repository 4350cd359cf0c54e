import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { HostTarget } from "../../../ports/network.ts";
import type { ResolveHost } from "../../addresses/find-addresses.ts";
import type { IsReachable } from "../../addresses/reachable-address.ts";
import { createNetworkProxy } from "../../proxy/proxy.ts";

export interface GitProxy {
  /** Variables with which git reaches everything through the proxy. */
  env: Readonly<Record<string, string>>;
  /** The first host that git was refused, such as the target of a redirect. */
  refused(): string | undefined;
  close(): void;
}

/**
 * A proxy on loopback for one call of git. So each host that git connects to is checked, redirects included, and no name
 * is resolved a second time. Nobody else can use it: it asks for a password, which is in the environment of git only.
 */
export async function openGitProxy(options: {
  isReachable: IsReachable;
  resolve: ResolveHost;
}): Promise<GitProxy> {
  const refused: HostTarget[] = [];
  const password = randomBytes(24).toString("hex");
  const proxy = createNetworkProxy({
    ...options,
    authorization: `Basic ${Buffer.from(`git:${password}`).toString("base64")}`,
    gate: {
      decide: async () => ({ isGranted: true }),
      noteUnreachable: (_id, target) => void refused.push(target),
    },
  });
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    proxy.handle(socket, { workspaceId: "git" }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // It listens on a port, not on a path.
  const url = `http://git:${password}@127.0.0.1:${port}`;
  return {
    env: { http_proxy: url, https_proxy: url, no_proxy: "", GIT_HTTP_PROXY_AUTHMETHOD: "basic" },
    refused: () => refused[0]?.host,
    close: () => {
      proxy.close();
      server.close();
    },
  };
}
