import { execaSync } from "execa";
import { expect, test } from "vitest";
import { parseReplicaUrl } from "../../lib/operating/replica.ts";
import { root } from "../support/server/server-process.ts";

test.each([
  "file:///mnt/other/talkcody",
  "s3://bucket",
  "s3://bucket/a/prefix?region=eu-central-1",
  "s3://bucket/prefix/?endpoint=http://127.0.0.1:9000",
  "s3://bucket/prefix?endpoint=fly.storage.tigris.dev&region=auto&forcePathStyle=false",
  "s3://bucket/prefix?endpoint=https%3A%2F%2Fminio.example&region=x",
])("start.sh and the server read the same place out of %s", (url) => {
  expect(placeOfScript(url)).toEqual(parseReplicaUrl(url));
});

test.each(["ftp://bucket", "s3:///prefix", "file://host/path", "bucket/prefix"])(
  "start.sh and the server both refuse %s",
  (url) => {
    expect(parseReplicaUrl(url)).toBe(undefined);
    expect(() => placeOfScript(url)).toThrow("TALKCODY_REPLICA_URL should be");
  },
);

test.each([
  "s3://user:canary@bucket/prefix",
  "s3://canary@bucket/prefix",
  "s3://bucket/prefix?endpoint=https://user:canary@minio.example",
  "s3://bucket/prefix?endpoint=https%3A%2F%2Fuser%3Acanary%40minio.example",
])("start.sh and the server both refuse %s, and neither prints what may be a password", (url) => {
  expect(parseReplicaUrl(url)).toBe(undefined);
  expect(() => placeOfScript(url)).toThrow(/^(?!.*canary).*TALKCODY_REPLICA_URL should be/s);
});

/** What deploy/replica.sh makes of it for litestream.yml, in the server's words. */
function placeOfScript(url: string) {
  const script = 'here=deploy; say() { echo "$*" >&2; }; . deploy/replica.sh; env';
  const { stdout } = execaSync("sh", ["-euc", script], {
    cwd: root,
    env: { PATH: process.env["PATH"] ?? "", TALKCODY_REPLICA_URL: url, LITESTREAM_BIN: "true" },
    extendEnv: false,
  });
  const said = (name: string) => new RegExp(`^REPLICA_${name}=(.*)$`, "m").exec(stdout)?.[1] ?? "";
  if (said("TYPE") === "file") return { type: "file", folder: said("PATH") };
  return {
    type: "s3",
    bucket: said("BUCKET"),
    prefix: said("PATH"),
    endpoint: said("ENDPOINT") || undefined,
    region: said("REGION"),
    isPathStyle: said("PATH_STYLE") === "true",
  };
}
