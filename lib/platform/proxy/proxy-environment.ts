/** Where the proxy listens inside of the sandbox. */
export const sandboxProxyPort = 3128;

/**
 * The variables with which programs find the proxy by themselves: curl and git (lower case), pip, cargo, go, npm, pnpm and
 * bun (either case), Yarn from version 2 (its own), and `fetch` and `http` of Node, which read them only when they are
 * told to. What a command serves on its own loopback is reached without the proxy. `user` is `name:password` where the
 * proxy asks who connects.
 */
export function proxyEnvironment(port: number = sandboxProxyPort, user?: string): Record<string, string> {
  const url = `http://${user === undefined ? "" : `${user}@`}127.0.0.1:${port}`;
  const local = "localhost,127.0.0.1,::1";
  return {
    ...{ http_proxy: url, HTTP_PROXY: url, https_proxy: url, HTTPS_PROXY: url },
    ...{ no_proxy: local, NO_PROXY: local },
    ...{ YARN_HTTP_PROXY: url, YARN_HTTPS_PROXY: url },
    NODE_USE_ENV_PROXY: "1",
  };
}
