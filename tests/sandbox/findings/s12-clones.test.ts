import { beforeEach, expect, test } from "vitest";
import { prepared } from "../../support/workspaces.ts";
import { loopback, metadata, otherHost, thisHost } from "../stage/addresses.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial({
  env: { TALKCODY_ALLOW_LOCAL_REPOSITORIES: "false", TALKCODY_REACHABLE_NETWORKS: `${otherHost}/32` },
});
beforeEach(() => trial.sinks.forget());

const hosts = [
  "0",
  "0.0.0.0",
  loopback,
  "127.1",
  "2130706433",
  "0x7f000001",
  "localhost",
  "[::1]",
  "[::ffff:127.0.0.1]",
  thisHost,
  metadata,
  "10.0.0.1",
  "loopback.example",
  "metadata.example",
  "this-host.example",
];
const forms: Record<string, (host: string) => string> = {
  https: (host) => `https://${host}/x/y.git`,
  "https at another port": (host) => `https://${host}:8080/x/y.git`,
  ssh: (host) => `ssh://git@${host}/x/y.git`,
};

test.each(Object.entries(forms))(
  "S12: no clone connects to a local, private or own address over %s",
  async (_, form) => {
    const reached: string[] = [];
    for (const host of hosts) {
      trial.sinks.forget();
      await tryClone(form(host));
      if (trial.sinks.hits().some(({ sink }) => sink.includes("tcp"))) reached.push(host);
    }
    expect(reached).toEqual([]);
  },
);

test("S12: a redirect from an allowed address to a local one is not followed", async () => {
  await trial.server.end("SIGTERM");
  await trial.server.start({ TALKCODY_ALLOW_LOCAL_REPOSITORIES: "true" });
  await tryClone(`http://${loopback}:8080/redirect-to-this-host/x.git`);
  const sinks = trial.sinks.hits().map(({ sink }) => sink);
  await trial.server.end("SIGTERM");
  await trial.server.start();
  expect(sinks).toContain(`${loopback} tcp 8080`);
  expect(sinks.filter((sink) => !sink.startsWith(loopback))).toEqual([]);
});

test("S12: an address that a clone may reach is reached", async () => {
  await tryClone(`https://${otherHost}:8080/x/y.git`);
  expect(trial.sinks.hits().map(({ sink }) => sink)).toContain(`${otherHost} tcp 8080`);
});

/** Refused at once or failed later, both are fine. */
async function tryClone(repository: string): Promise<void> {
  const { status, body } = await trial.server.call("createWorkspace", { body: { repository } });
  const state = status === 201 ? (await prepared(trial.server, body.id)).state : "refused";
  expect(["failed", "refused"]).toContain(state);
}
