import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decide } from "../../support/conversation.ts";
import { until } from "../../support/until.ts";
import { openPlace, ranOf } from "../stage/place.ts";
import { writeAs } from "../stage/planted.ts";
import { startProber } from "../stage/prober.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

test("S7: a long command and two hundred rules do not stop the server", async () => {
  const permissions = Array.from({ length: 200 }, (_, index) => ({
    tool: "bash",
    pattern: `program-${index} * --option-${index}*`,
    decision: index % 2 === 0 ? ("allow" as const) : ("deny" as const),
  }));
  const place = await openPlace(trial.server, { settings: { permissions } });
  const prober = await startProber(trial.server);
  for (const part of ["a;", "a&&", "a|", "(a)", "$(a)"])
    await place.tool("bash", {
      command: part.repeat(Math.floor(98_000 / part.length)).replace(/(&&|\|)$/, ""),
    });
  const { p99Ms, answers } = await prober.stop();
  expect(p99Ms, `p99 of ${answers} answers`).toBeLessThan(500);
});

test("S8: edits without a question and `npm test*` do not add up to anything outside of the sandbox", async () => {
  const { setting } = trial.server;
  const settings = {
    autoApproveEdits: true,
    permissions: [{ tool: "bash", pattern: "npm test*", decision: "allow" as const }],
  };
  const place = await openPlace(trial.server, { settings });
  const outside = join(setting.folder, "home/ran-by-npm");
  const scripts = {
    test: `touch ${outside}; cat ${trial.server.home}/.npmrc; curl -s -m 2 http://198.51.100.8/; touch ran`,
  };
  trial.sinks.forget();
  const content = JSON.stringify({ name: "sample", scripts });
  await place.tool("writeFile", { file_path: "package.json", content });
  const { status, body } = await place.tool("bash", { command: "npm test" });
  expect(status).toBe(200);
  expect(existsSync(join(place.folder, "ran")), JSON.stringify(body)).toBe(true);
  expect(existsSync(outside)).toBe(false);
  expect(trial.server.planted.leaksIn(JSON.stringify(body))).toEqual([]);
  expect(trial.sinks.hits()).toEqual([]);
});

test("S9: an approved command runs when its files are as they were shown", async () => {
  const place = await openPlace(trial.server, {
    files: { "run.sh": "touch ran\n" },
    settings: { permissionMode: "ask" },
  });
  const { status, body } = await place.tool("bash", { command: "sh run.sh" });
  expect(status).toBe(202);
  await decide(trial.server, place.sessionId, { type: "approve", actionId: body.action?.id ?? "" });
  await until("it ran", () => existsSync(join(place.folder, "ran")));
});

test.each([
  ["a script", "run.sh", "sh run.sh"],
  ["a script that another one runs", "lib/inner.sh", "sh outer.sh"],
  ["a Makefile", "Makefile", "make -s"],
  ["package.json", "package.json", "npm test"],
])("S9: an approved command does not run %s that was changed since", async (_, changed, command) => {
  const files = {
    "run.sh": "echo as shown\n",
    "outer.sh": "sh lib/inner.sh\n",
    "lib/inner.sh": "echo as shown\n",
    Makefile: "all:\n\techo as shown\n",
    "package.json": JSON.stringify({ name: "x", scripts: { test: "echo as shown" } }),
  };
  const place = await openPlace(trial.server, { files, settings: { permissionMode: "ask" } });
  const ask = async () => {
    const { status, body } = await place.tool("bash", { command });
    expect(status).toBe(202);
    return body.action?.id ?? "";
  };
  const path = join(place.folder, changed);
  const changedText = readFileSync(path, "utf8").replace("as shown", "evil; touch evil");
  const first = await ask();
  writeAs(trial.server.setting.uid, path, changedText, 0o644);
  const refused = await decide(trial.server, place.sessionId, { type: "approve", actionId: first });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(existsSync(join(place.folder, "evil")), `${refused.status} ${refused.bytes.toString()}`).toBe(false);
});

test("S13: a rule that forbids to push forbids it in every spelling", async () => {
  const permissions = [{ tool: "bash", pattern: "git push*", decision: "deny" as const }];
  const place = await openPlace(trial.server, {
    files: { "README.md": "# Sample\n" },
    settings: { autoApproveCommands: true, permissions },
  });
  const spellings = [
    "git push",
    "git -C . push",
    "git --no-pager push",
    "git -c a.b=c push",
    "git --git-dir .git --work-tree . push",
    "git submodule foreach git push",
    "git submodule foreach 'git push origin main'",
    "/usr/bin/git push",
    "\\git push",
    'g"i"t push',
    "env A=b git push",
    "A=b git push",
    "command git push",
    "nohup git push",
    "timeout 5 git push",
    "nice -n 5 git push",
    "xargs git push </dev/null",
    "true && git push",
    "true; (git push)",
    "echo $(git push)",
    "sh -c 'git push'",
    'bash -c "git -C . push"',
    "if true; then git push; fi",
    "git  \t push",
    "git \\\n push",
  ];
  const allowed: string[] = [];
  for (const command of spellings) {
    const { status, body } = await place.tool("bash", { command });
    const { all, exitCode } = ranOf(body);
    if (status === 200 && exitCode !== null) allowed.push(`${command}: ${all.slice(0, 100)}`);
  }
  expect(allowed).toEqual([]);
  const harmless = await place.run("git status --short; git log --format=tformat:push -1");
  expect(harmless, harmless.all).toMatchObject({ isError: false, stdout: "push\n" });
});
