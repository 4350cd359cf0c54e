import { createServer } from "node:http";
import { expect, test } from "vitest";
import { run, secureHost } from "../../lib/platform/proxy/client-program.ts";
import { listen, startProxy } from "../../lib/platform/proxy/host.ts";

test("curl finds the proxy by itself, for http and https", async () => {
  const plain = createServer((request, response) => response.end(`plain ${request.url}`));
  const http = await startProxy({ internet: { port: await listen(plain) } });
  expect(await run(http, "curl", "-sS", "http://registry.example/a")).toBe("plain /a");
  const https = await startProxy({ internet: await secureHost() });
  expect(await run(https, "curl", "-sSk", "https://registry.example/c")).toBe("secret /c");
  expect(https.asked).toEqual([{ host: "registry.example", port: 443 }]);
});

test("curl reaches what a command serves on its own loopback without the proxy", async () => {
  const own = await listen(createServer((_request, response) => response.end("own")));
  const proxy = await startProxy({ internet: { port: 1 } });
  expect(await run(proxy, "curl", "-sS", `http://127.0.0.1:${own}/`)).toBe("own");
  expect(proxy.asked).toEqual([]);
});

test("a refusal reaches the person who reads the output of curl", async () => {
  const proxy = await startProxy({ decide: async () => ({ isGranted: false, reason: "Ask for it." }) });
  const failed = run(proxy, "curl", "-sS", "https://registry.example/");
  await expect(failed).rejects.toMatchObject({ stderr: expect.stringContaining("403") as string });
  expect(await run(proxy, "curl", "-sS", "http://registry.example/")).toBe("Ask for it.\n");
});
