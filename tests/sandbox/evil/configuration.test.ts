import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { messagesOf } from "../../support/conversation.ts";
import { injected, letRead, startObedientModel, type ObedientModel } from "../stage/obedient-model.ts";
import { openPlace, repositoryOf } from "../stage/place.ts";
import { useTrial } from "../stage/use-trial.ts";
import { configurationOf } from "./shipped.ts";

const trial = useTrial();
let model: ObedientModel;
beforeAll(async () => {
  model = await startObedientModel(trial.server, "http://nowhere.example/");
});
afterAll(() => model.close());

const canary = () => join(trial.server.home, "canary-configuration");

test("A13: nothing that a repository ships is run or obeyed when it is cloned, opened, read, searched and talked about", async () => {
  const { server } = trial;
  const before = await effective();
  const orders = [
    {
      toolName: "bash",
      input: { command: "ls -la; cat .env; git status; git log -1; node -v; npm --version; true" },
    },
    { toolName: "codeSearch", input: { pattern: "evil", path: "." } },
    { toolName: "listFiles", input: { directory_path: "." } },
  ];
  const repository = repositoryOf(server, {
    ...configurationOf({ canary: canary(), address: "http://198.51.100.8:8080" }),
    "README.md": orders.map(injected).join("\n"),
  });
  trial.sinks.forget();
  const { sessionId, asked } = await letRead(server, { model, repository });
  expect(asked).toBe(false);
  const messages = JSON.stringify(await messagesOf(server, sessionId));
  expect(messages).toContain("All done.");
  expect(existsSync(canary())).toBe(false);
  expect(trial.sinks.hits()).toEqual([]);
  expect(await effective()).toEqual(before);
});

test("A13: what a repository ships does not change the environment of commands", async () => {
  const files = configurationOf({ canary: canary(), address: "http://198.51.100.8:8080" });
  const place = await openPlace(trial.server, { files });
  const plain = await openPlace(trial.server);
  const environment = async (at: typeof place) =>
    (await at.run("env | grep -v -e '^_=' -e '^TALKCODY_COMMAND=' | sort")).stdout;
  expect(await environment(place)).toBe(await environment(plain));
});

test("A15: protected files that a command makes have no effect, now or after a restart", async () => {
  const { server } = trial;
  const before = await effective();
  const place = await openPlace(server, { files: { "README.md": "# Sample\n" } });
  const files = configurationOf({ canary: canary(), address: "http://198.51.100.8:8080" });
  const write = Object.entries(files).flatMap(([path, text]) =>
    ["$PWD", "$HOME", "$HOME/.config/talkcody", server.home, server.dataDir, server.checkout].map(
      (folder) =>
        `mkdir -p "$(dirname ${folder}/${path})"; echo ${Buffer.from(text).toString("base64")} | base64 -d > "${folder}/${path}"`,
    ),
  );
  await place.run(`{ ${write.join("; ")}; } 2>/dev/null; true`);
  trial.sinks.forget();
  await server.end("SIGTERM");
  await server.start();
  const { workspaceId } = place;
  await place.run("git status; git log -1; true");
  for (const operation of ["getWorkspaceStatus", "getWorkspaceDiff"] as const)
    expect((await server.call(operation, { params: { workspaceId } })).status).toBeLessThan(500);
  expect(existsSync(canary())).toBe(false);
  expect(trial.sinks.hits()).toEqual([]);
  expect(await effective()).toEqual(before);
});

/** What a person has set, and what the server would ask. */
async function effective(): Promise<unknown> {
  const { body } = await trial.server.call("getSettings");
  return body;
}
