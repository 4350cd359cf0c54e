import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { proxyEnvironment } from "../../../../lib/platform/index.ts";
import { createRepository } from "../../../support/repository.ts";
import { serveRepositories } from "../git-server.ts";
import { temporaryFolder } from "../place.ts";
import { listen, startProxy, type ProxyHost } from "./host.ts";

const execute = promisify(execFile);

/** Runs a program as a command of a workspace does: nothing but the variables tells it of the proxy. */
async function run(proxy: ProxyHost, file: string, ...args: string[]): Promise<string> {
  const home = temporaryFolder();
  const env = { PATH: process.env["PATH"], HOME: home, ...proxyEnvironment(proxy.port) };
  const { stdout } = await execute(file, args, {
    cwd: home,
    env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  });
  return stdout;
}

async function secureHost(home = temporaryFolder()): Promise<{ port: number }> {
  const [key, cert] = [join(home, "key"), join(home, "cert")];
  const subject = ["-subj", "/CN=registry.example", "-days", "2"];
  await execute("openssl", [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    key,
    "-out",
    cert,
    ...subject,
  ]);
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) =>
    response.end(`secret ${request.url}`),
  );
  return { port: await listen(server) };
}

const fetchUrl = (url: string) =>
  `fetch("${url}").then((r) => r.text()).then((t) => process.stdout.write(t))`;

test("curl and Node find the proxy by themselves, for http and https", async () => {
  const plain = {
    port: await listen(createServer((request, response) => response.end(`plain ${request.url}`))),
  };
  const http = await startProxy({ internet: plain });
  expect(await run(http, "curl", "-sS", "http://registry.example/a")).toBe("plain /a");
  expect(await run(http, process.execPath, "-e", fetchUrl("http://registry.example/b"))).toBe("plain /b");
  const https = await startProxy({ internet: await secureHost() });
  expect(await run(https, "curl", "-sSk", "https://registry.example/c")).toBe("secret /c");
  expect(await run(https, process.execPath, "-e", fetchUrl("https://registry.example/d"))).toBe("secret /d");
  expect(https.asked).toEqual([
    { host: "registry.example", port: 443 },
    { host: "registry.example", port: 443 },
  ]);
});

test("what a command serves on its own loopback is reached without the proxy", async () => {
  const own = await listen(createServer((_request, response) => response.end("own")));
  const proxy = await startProxy({ internet: { port: 1 } });
  expect(await run(proxy, "curl", "-sS", `http://127.0.0.1:${own}/`)).toBe("own");
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

test("a refusal reaches the person who reads the output of the program", async () => {
  const proxy = await startProxy({ decide: async () => ({ isGranted: false, reason: "Ask for it." }) });
  const failed = run(proxy, "curl", "-sS", "https://registry.example/");
  await expect(failed).rejects.toMatchObject({ stderr: expect.stringContaining("403") as string });
  expect(await run(proxy, "curl", "-sS", "http://registry.example/")).toBe("Ask for it.\n");
});
