// npm run test:volume-loss -- [--trials N] [--replica file|s3|both]
import { join } from "node:path";
import { parseArgs } from "node:util";
import { quantile } from "../../bench/quantile.ts";
import { startFakeS3 } from "../support/replica/fake-s3.ts";
import { createDeployment, type Deployment } from "./deployment.ts";
import { findLitestream } from "./litestream.ts";
import { damages, loseTheVolume, type Trial } from "./trial.ts";

const accessKeyId = "volume-loss";

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "20" },
    replica: { type: "string", default: "both" },
  },
});
const trials = Number(values.trials);
const litestream = findLitestream();
const s3 = await startFakeS3(accessKeyId);
/** What was acknowledged so long before the kill may not be gone. */
const lostMsMax = (replica: string) => (replica === "s3" && litestream.isStandIn ? 5000 : 2000);
let failed = 0;
for (const replica of values.replica === "both" ? ["file", "s3"] : [values.replica])
  failed += await playAll(replica);
await s3.die();
console.log(`${trials * (values.replica === "both" ? 2 : 1) - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function playAll(replica: string): Promise<number> {
  const played: Trial[] = [];
  for (let index = 0; index < trials; index++) {
    const trial = await playOne(replica, index);
    played.push(trial);
    const { acknowledged, lost, recoveryPointMs, findings } = trial;
    const line = `${acknowledged} acknowledged, ${lost} lost, from ${Math.round(recoveryPointMs)} ms before the kill`;
    console.log(
      `${replica} ${index + 1}/${trials}: ${line}${findings.map((text) => `\n  ✗ ${text}`).join("")}`,
    );
  }
  const [points, restores, ups] = (["recoveryPointMs", "restoreMs", "upMs"] as const).map((name) =>
    played.map((trial) => trial[name]),
  );
  const p95 = quantile(points ?? [], 0.95);
  const isLate = p95 > lostMsMax(replica);
  console.log(
    `\nLitestream ${litestream.version}, ${replica} replica, ${trials} volumes lost under load, ` +
      `${played.reduce((sum, { acknowledged }) => sum + acknowledged, 0)} writes acknowledged\n` +
      `  recovery point  ${both(points)}${isLate ? `  ✗ p95 should be at most ${lostMsMax(replica)} ms` : ""}\n` +
      `  restored after  ${both(restores)}\n  first answer    ${both(ups)}\n`,
  );
  const broken = played.filter(({ findings }) => findings.length > 0).length;
  return Math.min(trials, broken + (isLate ? 1 : 0));
}

function both(values: number[] = []): string {
  return `p50 ${Math.round(quantile(values, 0.5))} ms, p95 ${Math.round(quantile(values, 0.95))} ms`;
}

/**
 * Twice in each trial: what a restored database writes must be restorable too. The second loss counts, after a load that
 * is longer than what may be lost.
 */
async function playOne(replica: string, index: number): Promise<Trial> {
  const deployment = await deploy(replica, index);
  const most = lostMsMax(replica);
  try {
    deployment.start();
    await deployment.up();
    const first = await loseTheVolume(deployment, { loadMs: 500, lostMsMax: most });
    const loadMs = most + 500 + ((index * 377) % 1000);
    const second = await loseTheVolume(deployment, { loadMs, lostMsMax: most });
    deployment.signal("SIGTERM");
    const { code } = await deployment.gone();
    const findings = [...first.findings, ...second.findings, ...damages(deployment)];
    if (code !== 0 && !litestream.isStandIn)
      findings.push(`The stop at the end gave ${code}. It said:\n${deployment.said()}`);
    return { ...second, findings };
  } finally {
    await deployment.remove();
  }
}

function deploy(replica: string, index: number): Promise<Deployment> {
  return createDeployment((folder) => ({
    LITESTREAM_BIN: litestream.bin,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: "volume-loss-secret",
    TALKCODY_REPLICA_URL:
      replica === "file"
        ? `file://${join(folder, "replica")}`
        : `s3://bucket/trial-${index}?endpoint=${s3.url}&region=test-1`,
  }));
}
