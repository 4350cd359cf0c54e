// tests/contract/schemathesis.sh runs this, in a network of its own.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { root, startServerProcess } from "../support/server/server-process.ts";
import { furnish } from "./furnish.ts";

const [seconds = "200", seed = "1"] = process.argv.slice(2);
const server = await startServerProcess({ env: { TALKCODY_FAILED_KEYS_MAX: "1000000" } });
const reportPath = join(server.folder, "report.xml");
try {
  const configPath = join(server.folder, "schemathesis.toml");
  const dictionaries = await furnish(server);
  writeFileSync(
    configPath,
    `${readFileSync(join(import.meta.dirname, "schemathesis.toml"), "utf8")}\n${dictionaries}`,
  );
  console.log(`Seed ${seed}, ${seconds} s.`);
  const status = await attack(configPath);
  const isAlive = await server.call("getServer").then(
    () => true,
    () => false,
  );
  if (status !== 0 || !isAlive) console.log(`The server said:\n${server.said().slice(-10_000)}`);
  closingLine(status === 0 && isAlive);
} finally {
  await server.stop();
}

/** Resolves to the exit code of schemathesis. */
async function attack(configPath: string): Promise<number> {
  const { exitCode } = await execa(
    process.env["SCHEMATHESIS"] ?? "schemathesis",
    [
      ...["--config-file", configPath, "run", join(root, "packages/shared/src/contract.gen.json")],
      ...["--url", server.url, "--header", `X-API-Key: ${server.key}`],
      ...["--checks", "all", "--max-time", seconds, "--request-timeout", "10"],
      // One worker: the same seed then makes the same requests in the same order, as far as the time lets it.
      ...["--seed", seed, "--workers", "1", "--continue-on-failure"],
      ...["--report", "junit", "--report-junit-path", reportPath],
    ],
    {
      cwd: server.folder, // It leaves its caches where it is.
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        SCHEMATHESIS_HOOKS: "hooks",
        PYTHONPATH: import.meta.dirname,
        PYTHONDONTWRITEBYTECODE: "1",
        TALKCODY_WAITING: join(server.folder, "waiting.json"),
      },
      reject: false,
    },
  );
  return exitCode ?? 1;
}

/** Operations that held and operations that did not. A run that broke off has failed, whatever its report says. */
function closingLine(isWell: boolean): void {
  const report = existsSync(reportPath) ? readFileSync(reportPath, "utf8") : "";
  const cases = report.split("<testcase ").slice(1);
  const failed = cases.filter((text) => /<(failure|error)\b/.test(text)).length;
  const passed = cases.length - failed;
  const hasFailed = !isWell || passed === 0;
  console.log(`\n${passed} passed, ${hasFailed ? Math.max(failed, 1) : failed} failed`);
  if (hasFailed || failed > 0) process.exitCode = 1;
}
