import { expect, test } from "vitest";
import { createSession, converse, toolResults } from "../../support/conversation.ts";
import { calls, says } from "../../support/models/script.ts";
import { taskEnded } from "../../support/until.ts";
import { openPlace, ranOf } from "../stage/place.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial();

const serve = `node -e 'require("http").createServer((q, r) => { r.end("hello " + q.url); if (q.url === "/end") process.exit() }).listen(8123, "127.0.0.1")'`;
const ask = (path: string) =>
  `for i in $(seq 100); do curl -s --noproxy '*' -m 2 http://127.0.0.1:8123/${path} && break; sleep 0.1; done; echo; echo done`;

test("a second command talks to the development server of the first, and a command of another workspace does not", async () => {
  const { server } = trial;
  const place = await openPlace(server);
  const settings = { autoApproveCommands: true };
  const serving = await converse(server, [calls("bash", { command: serve }), says("It ended.")], {
    workspaceId: place.workspaceId,
    settings,
  });
  const second = await createSession(server, { workspaceId: place.workspaceId, settings });
  const run = async (command: string) =>
    ranOf(
      (
        await server.call("runTool", {
          params: { sessionId: second.id, toolName: "bash" },
          body: { input: { command } },
        })
      ).body,
    );
  expect((await run(ask("here"))).stdout).toBe("hello /here\ndone\n");
  const other = await openPlace(server);
  expect((await other.run(`curl -s --noproxy '*' -m 2 http://127.0.0.1:8123/; echo done`)).stdout).toBe(
    "done\n",
  );
  await run(ask("end"));
  await taskEnded(server, serving.taskId);
  expect((await run("curl -s --noproxy '*' -m 2 http://127.0.0.1:8123/; echo done")).stdout).toBe("done\n");
});

test("the agent changes, tests, and commits, and leaves nothing else in the repository", async () => {
  const { server } = trial;
  const files = {
    "sum.js": "module.exports = (a, b) => a - b;\n",
    "test.js": `require("assert").equal(require("./sum.js")(1, 2), 3);\n`,
  };
  const place = await openPlace(server, { files });
  const steps = [
    calls("bash", { command: "node test.js" }),
    calls("editFile", { file_path: "sum.js", edits: [{ old_string: "a - b", new_string: "a + b" }] }),
    calls("bash", {
      command:
        "node test.js && git add -A && git -c user.name=Agent -c user.email=agent@example.test commit -qm 'Add instead'",
    }),
    calls("bash", { command: "git log --format=%s -1; git status --porcelain" }),
    says("Done."),
  ];
  const settings = { autoApproveCommands: true, autoApproveEdits: true };
  const { sessionId, taskId } = await converse(server, steps, { workspaceId: place.workspaceId, settings });
  expect((await taskEnded(server, taskId)).state).toBe("completed");
  const results = (await toolResults(server, sessionId)).map(ranOf);
  expect(results.map(({ isError }) => isError)).toEqual([true, false, false, false]);
  expect(results.at(-1)?.stdout).toBe("Add instead\n");
});

test("node, python, cargo and go of the person are found, and the product's own programs are not", async () => {
  const { stdout } = await trial.place.run(
    "command -v node npm tsc rg; node -v; cargo --version; go version; python3 --version",
  );
  expect(stdout).not.toContain(trial.server.checkout);
  expect(stdout).not.toMatch(/node_modules/);
  expect(stdout).toMatch(/cargo \d/);
  expect(stdout).toMatch(/go version/);
  expect(stdout).toMatch(/Python 3/);
});
