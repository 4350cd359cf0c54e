import { beforeAll, expect, test } from "vitest";
import { runLong } from "../stage/bomb.ts";
import { grantNetwork } from "../stage/grants.ts";
import { openPlace, type Ran } from "../stage/place.ts";
import { trustNames } from "../stage/environment.ts";
import { useTrial } from "../stage/use-trial.ts";

// Registries of this machine may have addresses that are not public; its owner names their networks.
const trial = useTrial();
beforeAll(() => passOnTrust());

/** Runs a command as the agent in a workspace with these files, where a person has granted the registries of packages. */
async function work(files: Record<string, string>, command: string): Promise<Ran> {
  const { workspaceId } = await openPlace(trial.server, { files });
  await grantNetwork(trial.server, workspaceId, { mode: "hosts", presets: ["registries"] });
  return runLong(trial.server, command, { workspaceId, commandTimeoutMs: 240_000 });
}

/** Whom this machine trusts may stand in variables; a person lets them pass. */
async function passOnTrust(): Promise<void> {
  const { status, bytes } = await trial.server.request("PATCH", "/v1/settings", {
    body: { passedVariables: trustNames },
  });
  if (status !== 200) throw new Error(`Variables could not be passed on: ${bytes.toString()}`);
}

test("npm ci and npm test of a package with dependencies", async () => {
  const files = {
    "package.json": JSON.stringify({
      name: "sample",
      version: "1.0.0",
      scripts: { test: "node test.js" },
      dependencies: { "is-odd": "3.0.1" },
    }),
    "test.js": `const isOdd = require("is-odd"); if (!isOdd(3) || isOdd(4)) process.exit(1); console.log("tested");\n`,
  };
  const ran = await work(files, "npm install --package-lock-only && npm ci && npm test");
  expect(ran, ran.all).toMatchObject({ isError: false, exitCode: 0 });
  expect(ran.stdout).toContain("tested");
});

test("pip install into a virtual environment", async () => {
  const command = `python3 -m venv .venv && .venv/bin/pip install --no-input idna==3.10 && .venv/bin/python -c 'import idna; print(idna.encode("b\\u00fccher.example").decode())'`;
  const ran = await work({ "README.md": "# Sample\n" }, command);
  expect(ran, ran.all).toMatchObject({ isError: false, exitCode: 0 });
  expect(ran.stdout).toContain("xn--bcher-kva.example");
});

test("cargo build of a crate with a dependency", async () => {
  const files = {
    "Cargo.toml":
      '[package]\nname = "sample"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nitoa = "1"\n',
    "src/main.rs": 'fn main() { println!("{}", itoa::Buffer::new().format(41 + 1)); }\n',
  };
  const ran = await work(files, "cargo build --quiet && ./target/debug/sample");
  expect(ran, ran.all).toMatchObject({ isError: false, exitCode: 0 });
  expect(ran.stdout).toBe("42\n");
});

test("go test of a module with a dependency", async () => {
  const files = {
    "go.mod": "module sample\n\ngo 1.21\n\nrequire github.com/google/uuid v1.6.0\n",
    "go.sum":
      "github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=\ngithub.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=\n",
    "sample_test.go":
      'package sample\n\nimport (\n\t"testing"\n\n\t"github.com/google/uuid"\n)\n\nfunc TestIt(t *testing.T) {\n\tif uuid.NewString() == uuid.NewString() {\n\t\tt.Fatal("the same")\n\t}\n}\n',
  };
  const ran = await work(files, "go test ./...");
  expect(ran, ran.all).toMatchObject({ isError: false, exitCode: 0 });
  expect(ran.stdout).toMatch(/ok\s+sample/);
});

test("without the grant none of them gets a package", async () => {
  const { workspaceId } = await openPlace(trial.server, { files: { "README.md": "# Sample\n" } });
  const command =
    "timeout 20 npm view is-odd@3.0.1 version --fetch-retries 0; python3 -m venv .venv; timeout 20 .venv/bin/pip download --no-input --retries 0 idna==3.10; echo done";
  const ran = await runLong(trial.server, command, { workspaceId, commandTimeoutMs: 120_000 });
  expect(ran.stdout).toContain("done\n");
  expect(ran.stdout).not.toMatch(/3\.0\.1|Saved/);
});
