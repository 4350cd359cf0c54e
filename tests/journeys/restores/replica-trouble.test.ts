import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { quantile } from "../../../bench/quantile.ts";
import { createDeployment, type Deployment } from "../../deploy/deployment.ts";
import { findLitestream, inReplica } from "../../deploy/litestream.ts";
import { putUnderLoad } from "../../deploy/load.ts";
import { damages } from "../../deploy/trial.ts";
import { startFakeS3, type FakeS3 } from "../../support/replica/fake-s3.ts";
import { until } from "../../support/until.ts";

const accessKeyId = "trouble";
const litestream = findLitestream();
const slowMs = 3000;
/** A replicator that gave up tries again after so long, at most. */
const comesBackMs = 10_000;

const troubles: { how: string; begin(s3: FakeS3): unknown }[] = [
  { how: "refuses", begin: (s3) => s3.behave("refusing") },
  { how: "is slow", begin: (s3) => s3.behave({ slowMs }) },
  { how: "is away", begin: (s3) => s3.die() },
];

test.concurrent.each(troubles)(
  "a bucket that $how slows no request and lets no log grow; later it has everything",
  async ({ begin }) => {
    const s3 = await startFakeS3(accessKeyId);
    const server = await deployed(s3);
    try {
      await inReplica(() => [...s3.objects.keys()]);
      await Promise.resolve(begin(s3));
      const load = putUnderLoad(server);
      await pause(6000);
      await until("requests are answered all the while", () => load.acknowledged.length > 50);
      await load.end();
      expect(quantile(load.answeredInMs, 0.5), "a bucket is waited for").toBeLessThan(slowMs);
      expect(largestLog(server), "bytes of the largest write-ahead log").toBeLessThan(64 * 1024 ** 2);

      s3.behave("well");
      await s3.revive();
      await pause(comesBackMs);
      await stopped(server);
      server.loseVolume();
      server.start();
      await server.up();
      for (const write of load.acknowledged) expect(await write.isThere(), write.database).toBe(true);
      await stopped(server);
      expect(damages(server)).toEqual([]);
    } finally {
      await server.remove();
      await s3.die();
    }
  },
);

function largestLog({ dataDir }: Deployment): number {
  const logs = readdirSync(dataDir).filter((name) => name.endsWith("-wal"));
  return Math.max(...logs.map((name) => statSync(join(dataDir, name)).size));
}

async function stopped(server: Deployment): Promise<void> {
  server.signal("SIGTERM");
  await server.gone();
}

async function deployed(s3: FakeS3): Promise<Deployment> {
  const server = await createDeployment(() => ({
    LITESTREAM_BIN: litestream.bin,
    TALKCODY_REPLICA_URL: `s3://bucket/prefix?endpoint=${s3.url}&region=test-1`,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: "of-a-bucket-in-trouble",
  }));
  server.start();
  await server.up();
  return server;
}
