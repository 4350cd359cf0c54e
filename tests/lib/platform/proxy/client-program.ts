import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { proxyEnvironment } from "../../../../lib/platform/index.ts";
import { temporaryFolder } from "../place.ts";
import { listen, type ProxyHost } from "./host.ts";

const execute = promisify(execFile);

/** Runs a program as a command of a workspace does: nothing but the variables tells it of the proxy. */
export async function run(proxy: ProxyHost, file: string, ...args: string[]): Promise<string> {
  const home = temporaryFolder();
  const env = { PATH: process.env["PATH"], HOME: home, ...proxyEnvironment(proxy.port) };
  const { stdout } = await execute(file, args, {
    cwd: home,
    env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  });
  return stdout;
}

export async function secureHost(home = temporaryFolder()): Promise<{ port: number }> {
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
