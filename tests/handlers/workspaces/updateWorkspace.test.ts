import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, expectWorksOnce, unknownId } from "../../support/claims.ts";
import { createSession } from "../../support/conversation.ts";
import { eventsOf } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";
import { scratch } from "../../support/workspaces.ts";

const server = useTestServer();
const update = (workspaceId: string, body: unknown) =>
  server.call("updateWorkspace", { params: { workspaceId }, body });
const read = async (workspaceId: string) =>
  (await server.call("getWorkspace", { params: { workspaceId } })).body;

test("a new workspace has no grants", async () => {
  const { workspaceId } = await scratch(server);
  expect(await read(workspaceId)).toMatchObject({
    network: { mode: "none", hosts: [], presets: [] },
    gitConfigWritable: false,
  });
});

test("updateWorkspace merges what it is given and keeps the rest", async () => {
  const { workspaceId } = await scratch(server);
  const first = await update(workspaceId, {
    network: { mode: "hosts", hosts: ["a.example", "*.b.example:8443"] },
  });
  expect(first.status).toBe(200);
  expect(first.body.network).toEqual({
    mode: "hosts",
    hosts: ["a.example", "*.b.example:8443"],
    presets: [],
  });
  await update(workspaceId, { network: { presets: ["registries", "repository", "registries"] } });
  await update(workspaceId, { gitConfigWritable: true });
  const { body } = await update(workspaceId, { network: { hosts: ["c.example", "c.example"] } });
  expect(body.network).toEqual({
    mode: "hosts",
    hosts: ["c.example"],
    presets: ["registries", "repository"],
  });
  expect(body.gitConfigWritable).toBe(true);
  expect(await read(workspaceId)).toEqual(body);
});

test("updateWorkspace changes nothing but the grants, and no other workspace", async () => {
  const { workspaceId } = await scratch(server);
  const other = await scratch(server);
  const [before, beforeOther] = [await read(workspaceId), await read(other.workspaceId)];
  const { body } = await update(workspaceId, { network: { mode: "open" } });
  expect(body).toEqual({
    ...before,
    network: { ...before.network, mode: "open" },
    updatedAt: body.updatedAt,
  });
  expect(await read(other.workspaceId)).toEqual(beforeOther);
});

test("updateWorkspace tells each session of the workspace", async () => {
  const { id, workspaceId } = await createSession(server);
  const stranger = await createSession(server);
  const { body } = await update(workspaceId, { network: { mode: "open" } });
  const told = async (sessionId: string) => (await eventsOf(server, sessionId)).at(-1);
  expect(await told(id)).toMatchObject({ type: "workspace.updated", data: { workspace: body } });
  expect(JSON.stringify(await told(stranger.id))).not.toContain('"open"');
});

const acceptable = [
  "registry",
  "registry.example",
  "xn--bcher-kva.example:8443",
  "*.example.com",
  "203.0.113.7",
  "[2001:db8::7]:8443",
];

test.each(acceptable)("updateWorkspace grants %s", async (host) => {
  const { workspaceId } = await scratch(server);
  expect((await update(workspaceId, { network: { hosts: [host] } })).body.network.hosts).toEqual([host]);
});

const unacceptable = [
  ...["", "*", "*.", "*.com", "a.*.example", "**.example.com", "*a.example.com", "-a.example", "a_b.example"],
  ...["Registry.example", "registry.example.", "b\u00fccher.example", "a..example", ".example"],
  ...[
    "https://a.example",
    "a.example/path",
    "user@a.example",
    "a.example:0",
    "a.example:65536",
    "a.example:",
  ],
  ...["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "1.2.3.4.5", "*.0.0.1", "*.168.0.1"],
  ...[
    "::1",
    "[::1",
    "[0:0:0:0:0:0:0:1]",
    "[::1%25lo]",
    "[::ffff:127.0.0.1]",
    "a b.example",
    "a.example\u0000",
  ],
  `${"a".repeat(64)}.example`,
  `${"a.".repeat(127)}aa`,
  `${"a.".repeat(124)}aa:8443`,
];

test.each(unacceptable)("updateWorkspace refuses to grant %j", async (host) => {
  const { workspaceId } = await scratch(server);
  const answer = await update(workspaceId, { network: { hosts: ["a.example", host] } });
  expectProblem(answer, "invalid-request");
  expect(JSON.stringify(answer.problem.errors)).toContain("/network/hosts/1");
  expect((await read(workspaceId)).network.hosts).toEqual([]);
});

test("updateWorkspace refuses what is not of the contract", async () => {
  const { workspaceId } = await scratch(server);
  const hosts = Array.from({ length: 201 }, (_, index) => `a${index}.example`);
  const wrong = [
    {},
    { network: {} },
    { network: null },
    { network: { mode: "all" } },
    { network: { mode: null } },
    { network: { presets: ["everything"] } },
    { network: { hosts } },
    { network: { unknown: true } },
    { gitConfigWritable: null },
    { state: "ready" },
  ];
  for (const body of wrong) expectProblem(await update(workspaceId, body), "invalid-request");
  expectProblem(await update(unknownId("wsp"), { gitConfigWritable: true }), "not-found");
});

test("updateWorkspace works once for each idempotency key", async () => {
  const { id, workspaceId } = await createSession(server);
  await expectWorksOnce(server, "updateWorkspace", {
    request: { params: { workspaceId }, body: { gitConfigWritable: true } },
    other: { params: { workspaceId }, body: { gitConfigWritable: false } },
    effects: async () => JSON.stringify(await eventsOf(server, id)).split('"gitConfigWritable":true').length,
  });
});

test("updateWorkspace is for key holders only", async () => {
  const { workspaceId } = await scratch(server);
  const request = { params: { workspaceId }, body: { network: { mode: "open" } } };
  await expectRefusesStrangers(server, "updateWorkspace", { request, state: () => read(workspaceId) });
});
