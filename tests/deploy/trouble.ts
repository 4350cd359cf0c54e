import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { quantile } from "../../bench/quantile.ts";
import { until } from "../support/until.ts";
import type { Deployment } from "./deployment.ts";
import { putUnderLoad, type Load } from "./load.ts";
import { damages, goOn, talk } from "./trial.ts";

/** What happens to the replicator or to its bucket, and how it ends. */
export interface Trouble {
  name: string;
  /** Of the largest write-ahead log; four writers without a checkpoint make it 5 MiB larger each second. */
  walBytesMax: number;
  begin(deployment: Deployment): void;
  end(deployment: Deployment): void;
}

export interface TroubleReport {
  /** From the beginning of the trouble to the alarm, in the metrics and for clients. */
  alarmMs: number;
  /** From its end to the end of the alarm. */
  calmMs: number;
  /** 95 % of the writes were answered in so long, before the trouble and in it. */
  beforeMs: number;
  duringMs: number;
  /** The largest write-ahead log. */
  walBytes: number;
  writes: number;
  findings: string[];
}

const calmLoadMs = 10_000;
const alarmMsMax = 60_000;
/** The slowest request that was on its way, and what the replicator waits before it tries again. */
const calmMsMax = 120_000;

/** Lets trouble come over a deployment under load, go again, and then loses the volume: all that was acknowledged is in the replica. */
export async function endure(
  deployment: Deployment,
  { begin, end, walBytesMax }: Trouble,
  privatePort: number,
): Promise<TroubleReport> {
  const findings: string[] = [];
  deployment.start();
  await deployment.up();
  const session = await talk(deployment);
  const load = putUnderLoad(deployment, { restMs: 100 });
  await pause(calmLoadMs);
  const before = load.answeredInMs.length;
  const watch = watchWal(deployment);
  if (await rings(deployment, privatePort)) findings.push("The alarm rang before the trouble.");

  begin(deployment);
  const alarmMs = await tookUntil(
    () => rings(deployment, privatePort),
    alarmMsMax,
    findings,
    "No alarm in a minute.",
  );
  const during = load.answeredInMs.slice(before);
  end(deployment);
  const walBytes = watch.end();
  await load.end();
  const calmMs = await tookUntil(
    async () =>
      !(await rings(deployment, privatePort)) &&
      (await measured(privatePort, "talkcody_replication_lag_seconds")) === 0,
    calmMsMax,
    findings,
    "What was written did not reach the replica when the trouble was over.",
  );
  const [beforeMs, duringMs] = [quantile(load.answeredInMs.slice(0, before), 0.95), quantile(during, 0.95)];
  if (duringMs > Math.max(3 * beforeMs, 200)) findings.push(`Writes took ${Math.round(duringMs)} ms in it.`);
  if (walBytes > walBytesMax) findings.push(`The write-ahead log grew to ${walBytes} bytes.`);
  findings.push(...(await afterALoss(deployment, load, session)));
  return {
    ...{ alarmMs, calmMs, beforeMs, duringMs, walBytes, findings },
    writes: load.acknowledged.length,
  };
}

/** Whether the alarm is told in both places; one of them alone is no alarm yet. */
async function rings(deployment: Deployment, privatePort: number): Promise<boolean> {
  const { alarms } = (await deployment.call("getServer")).body;
  const isTold = alarms.some(({ code }) => code === "replication");
  return isTold && (await measured(privatePort, 'talkcody_alarm{alarm="replication"}')) === 1;
}

async function measured(privatePort: number, name: string): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${privatePort}/metrics`)).text();
  const line = text.split("\n").find((line) => line.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}

async function tookUntil(
  look: () => Promise<boolean>,
  withinMs: number,
  findings: string[],
  finding: string,
): Promise<number> {
  const from = performance.now();
  await until("it is so", look, { withinMs }).catch(() => findings.push(finding));
  return performance.now() - from;
}

function watchWal({ dataDir }: Deployment): { end(): number } {
  let most = 0;
  const look = () => {
    most = Math.max(
      most,
      statSync(join(dataDir, "chat_history.db-wal"), { throwIfNoEntry: false })?.size ?? 0,
    );
  };
  const timer = setInterval(look, 250);
  return {
    end: () => {
      clearInterval(timer);
      return most;
    },
  };
}

async function afterALoss(deployment: Deployment, load: Load, session: string): Promise<string[]> {
  await deployment.killAll();
  deployment.loseVolume();
  deployment.start();
  await deployment.up();
  const findings: string[] = [];
  for (const { database, isThere } of load.acknowledged)
    if (!(await isThere())) findings.push(`A write to ${database}.db that was acknowledged is gone.`);
  if (!(await goOn(deployment, session))) findings.push("A message to a session of before was not answered.");
  return [...findings.slice(0, 5), ...(await stopped(deployment))];
}

async function stopped(deployment: Deployment): Promise<string[]> {
  deployment.signal("SIGTERM");
  const { code } = await deployment.gone();
  return [...(code === 0 ? [] : [`The stop at the end gave ${code}.`]), ...damages(deployment)];
}

/** The replicator is killed under load: start.sh ends with 1 after a clean stop of the server, and all is there at the next start. */
export async function killReplicator(
  deployment: Deployment,
): Promise<{ goneMs: number; findings: string[] }> {
  deployment.start();
  await deployment.up();
  const session = await talk(deployment);
  const load = putUnderLoad(deployment);
  await pause(2000);
  for (const pid of deployment.processes("litestream")) process.kill(pid, "SIGKILL");
  const { code, tookMs: goneMs } = await deployment.gone();
  await load.end();
  const findings = code === 1 ? [] : [`start.sh ended with ${code}, not 1.`];
  if (!deployment.said().includes("Stopping.")) findings.push("The server was not stopped cleanly.");
  deployment.start();
  await deployment.up();
  for (const { database, isThere } of load.acknowledged)
    if (!(await isThere())) findings.push(`A write to ${database}.db that was acknowledged is gone.`);
  if (!(await goOn(deployment, session))) findings.push("A message to a session of before was not answered.");
  return { goneMs, findings: [...findings, ...(await stopped(deployment))] };
}
