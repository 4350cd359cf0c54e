// node bench/function.ts: milliseconds from the start of a process to the first answer of a function, and to the next.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startInstance } from "../tests/support/function/instance.ts";
import { quantile } from "./quantile.ts";

const runs = 10;
const folder = mkdtempSync(join(tmpdir(), "talkcody-function-"));
try {
  await report("without a compile cache", {});
  await report("with one", { NODE_COMPILE_CACHE: join(folder, "cache") });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function report(label: string, env: Record<string, string>): Promise<void> {
  await timed(env); // Creates the databases and fills the cache.
  const times: Timed[] = [];
  for (let run = 0; run < runs; run++) times.push(await timed(env));
  const median = (one: keyof Timed) =>
    quantile(
      times.map((time) => time[one]),
      0.5,
    ).toFixed(0);
  console.log(`${label.padEnd(24)} first answer ${median("firstMs")} ms, next ${median("nextMs")} ms`);
}

interface Timed {
  firstMs: number;
  nextMs: number;
}

async function timed(env: Record<string, string>): Promise<Timed> {
  const startedMs = performance.now();
  const instance = await startInstance(folder, { env });
  await instance.call("listSessions");
  const firstMs = performance.now() - startedMs;
  const againMs = performance.now();
  await instance.call("listSessions");
  const nextMs = performance.now() - againMs;
  await instance.stop();
  return { firstMs, nextMs };
}
