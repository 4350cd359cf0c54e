import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../../lib/config/config.ts";
import { root } from "../../support/server/server-process.ts";
import { blocksOf, fileOf } from "../../support/guides/blocks.ts";
import { runWithStandIns } from "../../support/guides/stand-ins.ts";
import { misfits } from "../../deploy/fly-check.ts";
import { parseToml } from "../../deploy/toml.ts";

// fly, docker, aws, systemctl and what needs root are stand-ins that write down what they get; the shell is real.
const hex = "0f".repeat(32);

function scriptOf(page: string): string {
  return blocksOf(page, "sh")
    .filter((block) => fileOf(block) === undefined)
    .map(({ text }) => text)
    .join("\n");
}

test("the guide to Fly stores the key that its reader has seen, and asks with the same one", async () => {
  const { exit, out, err, calls } = await runWithStandIns(scriptOf("docs/guides/deploy-to-fly.md"), {
    programs: { fly: "", openssl: `${hex}\n`, curl: '{"name":"talkcody"}' },
    env: { ANTHROPIC_API_KEY: "model-key", IMAGE: "registry.fly.io/your-talkcody:before" },
  });
  expect([exit, err]).toEqual([0, ""]);
  expect(out).toContain(`${hex}\n`);
  const replica =
    "s3://your-talkcody-copies/talkcody?endpoint=https://fly.storage.tigris.dev&region=auto&forcePathStyle=false";
  const volume = ["fly", "volumes", "create", "talkcody_data", "--size", "3", "--region"];
  expect(calls).toEqual([
    ["fly", "launch", "--copy-config", "--no-deploy", "--name", "your-talkcody"],
    [...volume, "fra", "--yes"],
    ["fly", "storage", "create", "--name", "your-talkcody-copies"],
    ["openssl", "rand", "-hex", "32"],
    [
      ...["fly", "secrets", "set", "--stage", `TALKCODY_API_KEY=${hex}`],
      ...["ANTHROPIC_API_KEY=model-key", `TALKCODY_REPLICA_URL=${replica}`],
    ],
    ["fly", "deploy", "--ha=false"],
    ["curl", "-s", "-H", `X-API-Key: ${hex}`, "https://your-talkcody.fly.dev/v1/server"],
    ["fly", "deploy", "--ha=false"],
    ["fly", "releases", "--image"],
    ["fly", "deploy", "--ha=false", "--image", "registry.fly.io/your-talkcody:before"],
    [
      ...["fly", "ssh", "console", "-C"],
      "setpriv --reuid talkcody --regid talkcody --init-groups /app/deploy/restore-drill.sh",
    ],
    [...volume, "fra", "--yes"],
    ["fly", "deploy", "--ha=false"],
    ["fly", "scale", "count", "0", "--yes"],
    [...volume, "ams", "--yes"],
    ["fly", "scale", "count", "1", "--region", "ams", "--yes"],
  ]);
  const fly = parseToml(readFileSync(join(root, "fly.toml"), "utf8"));
  expect([fly["primary_region"], misfits(fly)]).toEqual(["fra", []]);
  expect(existsSync(join(root, "deploy/restore-drill.sh"))).toBe(true);
  // What is stored is what the server would start with.
  const config = loadConfig({ HOME: "/tmp", TALKCODY_API_KEY: hex, TALKCODY_REPLICA_URL: replica });
  expect([config.apiKey, config.replica?.place.type]).toEqual([hex, "s3"]);
});

test("without a model key the guide to Fly stops before it stores an empty one", async () => {
  const { exit, err, calls } = await runWithStandIns(scriptOf("docs/guides/deploy-to-fly.md"), {
    programs: { fly: "", openssl: `${hex}\n`, curl: "" },
  });
  expect([exit === 0, err]).toEqual([
    false,
    expect.stringContaining("ANTHROPIC_API_KEY: is the key of your provider"),
  ]);
  expect(calls.some((call) => call.includes("secrets"))).toBe(false);
});

test("the guide to Docker builds the image that is there, and its compose file fits it", async () => {
  const page = "docs/guides/deploy-with-docker.md";
  const { exit, err, calls } = await runWithStandIns(scriptOf(page), { programs: { docker: "" } });
  expect([exit, err]).toEqual([0, ""]);
  expect(calls).toEqual([
    ["docker", "build", "-f", "deploy/Dockerfile", "-t", "talkcody", "."],
    ["docker", "compose", "up", "-d"],
  ]);
  const [compose] = blocksOf(page, "yaml");
  const { services } = parse(compose?.text ?? "") as { services: Record<string, Record<string, unknown>> };
  const image = readFileSync(join(root, "deploy/Dockerfile"), "utf8");
  expect(services["talkcody"]).toMatchObject({ image: "talkcody", env_file: ["talkcody.env"] });
  expect(services["talkcody"]?.["ports"]).toEqual(["127.0.0.1:8080:8080"]);
  expect(image).toContain("PORT=8080");
  expect(services["talkcody"]?.["volumes"]).toEqual(["data:/data"]);
  expect(image).toContain("TALKCODY_DATA_DIR=/data");
});

test("the guide to systemd makes what its unit needs, and its variables are ones that the server takes", async () => {
  const page = "docs/guides/deploy-with-systemd.md";
  const programs = Object.fromEntries(
    ["useradd", "git", "npm", "install", "systemctl", "journalctl"].map((name) => [name, ""]),
  );
  const env = { REPOSITORY: "https://git.example/talkcody.git" };
  const { exit, err, calls } = await runWithStandIns(scriptOf(page), { programs, env });
  expect([exit, err]).toEqual([0, ""]);
  expect(calls).toEqual([
    ["useradd", "--system", "--create-home", "--home-dir", "/var/lib/talkcody", "talkcody"],
    ["git", "clone", "https://git.example/talkcody.git", "/opt/talkcody"],
    ["npm", "--prefix", "/opt/talkcody", "ci"],
    ["install", "-m", "0600", "/dev/null", "/etc/talkcody.env"],
    ["systemctl", "daemon-reload"],
    ["systemctl", "enable", "--now", "talkcody"],
    ["journalctl", "-u", "talkcody", "-n", "20"],
    ["git", "-C", "/opt/talkcody", "pull"],
    ["npm", "--prefix", "/opt/talkcody", "ci"],
    ["systemctl", "restart", "talkcody"],
  ]);
  const [unit] = blocksOf(page, "ini");
  const lines = Object.fromEntries((unit?.text ?? "").split("\n").map((line) => line.split(/=(.*)/s, 2)));
  expect(lines).toMatchObject({ WorkingDirectory: "/opt/talkcody", EnvironmentFile: "/etc/talkcody.env" });
  const program = String(lines["ExecStart"]).replace("/opt/talkcody/", "");
  expect(existsSync(join(root, program)), program).toBe(true);
  const variables = blocksOf(page, "sh").find((block) => fileOf(block) === "/etc/talkcody.env");
  const given = (variables?.text ?? "").split("\n").filter((line) => /^\w+=/.test(line));
  const config = loadConfig({
    HOME: "/tmp",
    ...Object.fromEntries(given.map((line) => line.split(/=(.*)/s, 2))),
  });
  expect(config.dataDir.startsWith(String(lines["ReadWritePaths"]))).toBe(true);
  expect([config.port, config.privatePort, config.replica?.place.type]).toEqual([8080, 9090, "s3"]);
});

test("the guide to functions gives a function the key that its reader has, and the name that Amazon chose", async () => {
  const page = "docs/guides/functions.md";
  const script = blocksOf(page, "sh")
    .slice(0, -1)
    .map(({ text }) => text)
    .join("\n");
  const aws = (args: string[]) => {
    if (args.includes("get-caller-identity")) return "123456789012\n";
    return args.includes("create-function-url-config") ? "https://abc.lambda-url.eu-central-1.on.aws/\n" : "";
  };
  const { exit, err, out, calls } = await runWithStandIns(`${script}\necho "$FUNCTION_URL"`, {
    programs: { aws, docker: "", openssl: `${hex}\n` },
    env: { SUBNET: "subnet-1", GROUP: "sg-1", ACCESS_POINT_ARN: "arn:aws:elasticfilesystem:x" },
  });
  expect([exit, err]).toEqual([0, ""]);
  expect(out).toBe("https://abc.lambda-url.eu-central-1.on.aws\n");
  const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
  expect(calls).toContainEqual(["docker", "push", `${registry}/talkcody-function`]);
  const told = calls.map((call) => call.join(" "));
  const made = told.find((call) => call.includes("lambda create-function "));
  expect(made).toContain(`ImageUri=${registry}/talkcody-function:latest`);
  expect(made).toContain(`TALKCODY_API_KEY=${hex}`);
  expect(made).toContain("LocalMountPath=/mnt/talkcody");
  expect(readFileSync(join(root, "deploy/lambda/Dockerfile"), "utf8")).toContain(
    "TALKCODY_DATA_DIR=/mnt/talkcody",
  );
  const named = told.find((call) => call.includes("update-function-configuration"));
  expect(named).toContain("TALKCODY_ALLOWED_HOSTS=abc.lambda-url.eu-central-1.on.aws}");
});
