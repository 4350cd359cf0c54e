import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { converse, toolResult } from "../../support/conversation.ts";
import { calls, says } from "../../support/models/script.ts";
import { taskIn } from "../../support/until.ts";
import { openPlace } from "../stage/place.ts";
import { sandboxOf } from "../stage/server.ts";
import { useTrial } from "../stage/use-trial.ts";

const kinds = "user mnt pid net ipc uts cgroup time";
const forbid = `until [ "$(id -u)" = "$0" ]; do sleep 0.01; done
for kind in ${kinds}; do echo 0 > /proc/sys/user/max_"$kind"_namespaces; done
exec setpriv --inh-caps=-all --ambient-caps=-all "$@"`;

/**
 * Starts the program in a namespace of users in which no further namespace can be made, as many containers are. As in
 * those, all users exist for a server of root. The process stays the same all along.
 */
const enter = `uid=$(id -u)
[ "$uid" != 0 ] || for map in uid_map gid_map; do
  (until echo "0 0 4294967295" > /proc/$$/$map; do sleep 0.02; done) 2>/dev/null &
done
[ "$uid" = 0 ] && map= || map=--map-current-user
exec unshare --user $map --keep-caps sh -c "$0" "$uid" "$@"`;
const wrapper = ["sh", "-c", enter, forbid];

const trial = useTrial({ wrapper, files: { "README.md": "# Sample\n" } });

test("S5: without namespaces the sandbox is refused, with the reason and the fix, in the answer, the alarm and at the start", async () => {
  const report = await sandboxOf(trial.server);
  expect(report).toMatchObject({ state: "refused" });
  expect(report?.reason).toMatch(/\w+ \w+/);
  expect(report?.fix).toMatch(/\w+ \w+/);
  const told = async () => {
    const { alarms } = (await trial.server.call("getServer")).body;
    return alarms.filter(({ code }) => code === "sandbox").length;
  };
  await expect.poll(told, { timeout: 60_000 }).toBe(1);
  expect(trial.server.said()).toMatch(/sandbox/i);
  expect(trial.server.said()).toMatch(/refused|no command|cannot/i);
});

test("S5: no command runs, whatever is set, and the answer says why and what to do", async () => {
  const report = await sandboxOf(trial.server);
  for (const settings of [{}, { autoApproveCommands: true }, { permissionMode: "full" } as object]) {
    const place = await openPlace(trial.server, { settings });
    const { status, body, bytes } = await place.tool("bash", { command: "touch ran" });
    expect([200, 409]).toContain(status);
    expect(status === 409 || body.isError).toBe(true);
    expect(bytes.toString()).toMatch(/sandbox/i);
    expect(bytes.toString()).toContain(JSON.stringify(report?.fix ?? "").slice(1, 40));
    expect(existsSync(join(place.folder, "ran"))).toBe(false);
  }
});

test("S5: the agent is told, and its task goes on", async () => {
  const { sessionId, taskId } = await converse(
    trial.server,
    [calls("bash", { command: "touch ran" }), says("I see.")],
    {
      settings: { autoApproveCommands: true },
    },
  );
  await taskIn(trial.server, taskId, "completed");
  const result = await toolResult(trial.server, sessionId);
  expect(result.isError).toBe(true);
  expect(JSON.stringify(result)).toMatch(/sandbox/i);
});

test("S5: all that runs no command of others works: files, search, clones, status and diff", async () => {
  const { place, server } = trial;
  expect((await place.tool("readFile", { file_path: "README.md" })).body.isError).toBe(false);
  expect((await place.tool("writeFile", { file_path: "b.txt", content: "new\n" })).body.isError).toBe(false);
  expect(JSON.stringify((await place.tool("codeSearch", { pattern: "Sample", path: "." })).body)).toContain(
    "README.md",
  );
  const { workspaceId } = place;
  expect((await server.call("getWorkspaceStatus", { params: { workspaceId } })).status).toBe(200);
  expect((await server.call("getWorkspaceDiff", { params: { workspaceId } })).bytes.toString()).toContain(
    "b.txt",
  );
});
