import { createServer } from "node:http";
import { expect, test } from "vitest";
import { createRepository } from "../../../support/repository.ts";
import { serveRepositories } from "../git-server.ts";
import { temporaryFolder } from "../place.ts";
import { run, secureHost } from "./client-program.ts";
import { listen, startProxy } from "./host.ts";

const fetchUrl = (url: string) =>
  `fetch("${url}").then((r) => r.text()).then((t) => process.stdout.write(t))`;

test("Node finds the proxy by itself, for http and https", async () => {
  const plain = {
    port: await listen(createServer((request, response) => response.end(`plain ${request.url}`))),
  };
  const http = await startProxy({ internet: plain });
  expect(await run(http, process.execPath, "-e", fetchUrl("http://registry.example/b"))).toBe("plain /b");
  const https = await startProxy({ internet: await secureHost() });
  expect(await run(https, process.execPath, "-e", fetchUrl("https://registry.example/d"))).toBe("secret /d");
  expect(https.asked).toEqual([{ host: "registry.example", port: 443 }]);
});

test("what a command serves on its own loopback is reached without the proxy", async () => {
  const own = await listen(createServer((_request, response) => response.end("own")));
  const proxy = await startProxy({ internet: { port: 1 } });
  expect(await run(proxy, process.execPath, "-e", fetchUrl(`http://localhost:${own}/`))).toBe("own");
  expect(proxy.asked).toEqual([]);
});

test("npm reads a registry, and git clones, through the proxy", async () => {
  const registry = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        name: "thing",
        "dist-tags": { latest: "1.2.3" },
        versions: { "1.2.3": { name: "thing", version: "1.2.3" } },
      }),
    );
  });
  const npm = await startProxy({ internet: { port: await listen(registry) } });
  expect(await run(npm, "npm", "view", "thing", "version", "--registry", "http://registry.example/")).toBe(
    "1.2.3\n",
  );
  expect(npm.asked[0]).toEqual({ host: "registry.example", port: 80 });
  const folder = temporaryFolder();
  const repository = createRepository(folder, { "a.txt": "a\n" });
  const served = await serveRepositories(folder);
  const git = await startProxy({ internet: { port: Number(new URL(served).port) } });
  const path = repository.path.slice(folder.length);
  const listed = await run(git, "git", "ls-remote", `http://git.example${path}`);
  expect(listed).toContain("refs/heads/main");
  expect(git.dialled.length).toBeGreaterThan(0);
});
