// npm run test:image [-- FOLDER]   builds the image without an engine or a registry of images, and holds it to its promises.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { root } from "../support/server/server-process.ts";
import { podman } from "./container.ts";
import { tryImage } from "./image-trial.ts";
import { findLitestream } from "./litestream.ts";

/** Given at the start of a container; none may be in a layer, a command line, a command's sight or a log. */
const canaries = {
  AWS_SECRET_ACCESS_KEY: "bucket-canary-2f8c61d0",
  ANTHROPIC_API_KEY: "model-canary-9b04e7a3",
  TALKCODY_API_KEY: "api-canary-5d17c2f48b",
};

const tools = ["podman", "buildah", "runc", "debootstrap"];
const missing = tools.filter((tool) => execaSync(tool, ["--version"], { reject: false }).code === "ENOENT");
if (missing.length > 0)
  console.log(`The image is not tried, because this host has no ${missing.join(", no ")}.`);
else await buildAndTry(process.argv[2] ?? mkdtempSync(join(tmpdir(), "talkcody-image-")));

async function buildAndTry(folder: string): Promise<void> {
  build(folder);
  const volume = mkdtempSync(join(tmpdir(), "talkcody-volume-"));
  const claims = [
    { what: "no key is in any layer", holds: !layersHold(Object.values(canaries)) },
    ...(await tryImage(volume, canaries)),
  ];
  for (const { what, holds } of claims) console.log(`${holds ? "✓" : "✗"} ${what}`);
  const failed = claims.filter(({ holds }) => !holds).length;
  console.log(`\n${claims.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
  rmSync(volume, { recursive: true });
  if (process.argv[2] === undefined) rmSync(folder, { recursive: true });
}

/** With the keys at hand, as on a desk. */
function build(folder: string): void {
  const env = { ...canaries, LITESTREAM_BIN: findLitestream().bin };
  execaSync(join(root, "tests/deploy/local-base.sh"), [folder], { env });
  const options = ["--format", "docker", "--isolation", "chroot", "--pull=never", "--network", "host"];
  podman("build", ...options, "--tag", "talkcody", "--file", join(root, "deploy/Dockerfile"), root);
  const { stdout } = podman("history", "--format", "{{.Size}}\t{{.CreatedBy}}", "talkcody");
  const layers = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("0 B"));
  console.log(`Layers:\n${layers.map((line) => `  ${line.slice(0, 100)}`).join("\n")}`);
}

function layersHold(secrets: string[]): boolean {
  const patterns = secrets.flatMap((secret) => ["-e", secret]).join(" ");
  const save = "podman --storage-driver overlay save talkcody";
  const search = `${save} | grep --text --fixed-strings --quiet ${patterns}`;
  return execaSync("sh", ["-c", search], { reject: false }).exitCode === 0;
}
