import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Schemas } from "../../../../packages/shared/src/index.ts";
import { expectProblem } from "../../../support/claims.ts";
import { converse, createSession, toolResults } from "../../../support/conversation.ts";
import { calls } from "../../../support/models/script.ts";
import { madeUp } from "../../../support/planted-keys.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { eventsOf, taskIn } from "../../../support/until.ts";
import { scratch } from "../../../support/workspaces.ts";

const host = {
  HOST_PLAIN: "plain-from-the-host",
  HOST_TOKEN: `host${madeUp(1, 20)}`,
  COPY_OF_KEY: `own${madeUp(2, 30)}`,
};
const server = useTestServer({ env: { ...host, ANTHROPIC_API_KEY: host.COPY_OF_KEY } });
const secret = `global-${madeUp(3, 20)}`;
const own = `workspace-${madeUp(4, 20)}`;

const update = (body: unknown) => server.call("updateSettings", { body });
const read = async () => (await server.call("getSettings")).body;
const updateWorkspace = (workspaceId: string, body: unknown) =>
  server.call("updateWorkspace", { params: { workspaceId }, body });

const variablesOf = async (workspaceId: string) =>
  (await server.call("getWorkspaceVariables", { params: { workspaceId } })).body;

/** What a command wrote to standard output. */
function outputOf(result: Schemas["ToolResultPart"] | undefined): string {
  return String((result?.output as Record<string, unknown> | undefined)?.["output"]);
}

async function printed(workspaceId: string, command: string): Promise<string> {
  const options = { workspaceId, settings: { autoApproveCommands: true } };
  const { sessionId, taskId } = await converse(server, [calls("bash", { command })], options);
  await taskIn(server, taskId, "completed");
  const [result] = await toolResults(server, sessionId);
  return outputOf(result);
}

test("a command gets the variables of all workspaces, those of its own, and what is passed; the nearest counts", async () => {
  const one = await scratch(server);
  const other = await scratch(server);
  await update({
    variables: { SHARED: { value: "from-all", secret: false }, BOTH: { value: "from-all", secret: false } },
    passedVariables: ["HOST_PLAIN", "NOT_THERE"],
  });
  await updateWorkspace(one.workspaceId, {
    variables: { BOTH: { value: "from-one", secret: false }, HOST_PLAIN: { value: "set", secret: false } },
  });
  expect(await variablesOf(one.workspaceId)).toEqual({
    BOTH: { set: true, secret: false, value: "from-one", last4: null },
    HOST_PLAIN: { set: true, secret: false, value: "set", last4: null },
  });
  const command = `printf '%s ' "$SHARED" "$BOTH" "$HOST_PLAIN" "$HOST_TOKEN" "\${NOT_THERE-none}"`;
  expect(await printed(one.workspaceId, command)).toBe("from-all from-one set  none ");
  expect(await printed(other.workspaceId, command)).toBe("from-all from-all plain-from-the-host  none ");
  await updateWorkspace(one.workspaceId, { variables: { BOTH: null, HOST_PLAIN: null } });
  await update({ variables: { SHARED: null } });
  expect(await printed(one.workspaceId, command)).toBe(" from-all plain-from-the-host  none ");
});

test("a secret variable reaches commands, and no GET, event, database but its own, or log", async () => {
  const { workspaceId, folder } = await scratch(server);
  await update({ variables: { GLOBAL_SECRET: { value: secret } }, passedVariables: ["HOST_TOKEN"] });
  await updateWorkspace(workspaceId, { variables: { OWN_SECRET: { value: own, secret: true } } });
  const { sessionId } = await runThrough(workspaceId);
  const answers = [
    await server.call("getSettings"),
    await server.call("getWorkspace", { params: { workspaceId } }),
    await server.call("getWorkspaceVariables", { params: { workspaceId } }),
    await server.call("listWorkspaces"),
    await server.call("listSessions"),
    await server.call("getSession", { params: { sessionId } }),
    await server.call("listMessages", { params: { sessionId } }),
    await server.call("listTasks"),
  ].map(({ bytes }) => bytes.toString());
  const told = [...answers, JSON.stringify(await eventsOf(server, sessionId))].join("\n");
  for (const value of [secret, own, host.HOST_TOKEN]) expect(told).not.toContain(value);
  expect((await read()).variables["GLOBAL_SECRET"]).toEqual({
    set: true,
    secret: true,
    value: null,
    last4: secret.slice(-4),
  });
  for (const [value, places] of [
    [secret, ["settings.db"]],
    [own, ["settings.db"]],
    [host.HOST_TOKEN, []],
  ] as const)
    expect(filesWith(value)).toEqual(places);
  expect(readdirSync(folder)).toContain(".talkcody");
});

/** Prints the secrets in several forms; it proves that commands have them by their length. */
async function runThrough(workspaceId: string) {
  const command =
    'echo "$GLOBAL_SECRET $OWN_SECRET $HOST_TOKEN"; env | sort; printf %s "x$OWN_SECRET" | base64; echo "${#GLOBAL_SECRET} ${#OWN_SECRET} ${#HOST_TOKEN}"';
  const options = { workspaceId, settings: { autoApproveCommands: true } };
  const talk = await converse(server, [calls("bash", { command })], options);
  await taskIn(server, talk.taskId, "completed");
  const [result] = await toolResults(server, talk.sessionId);
  expect(outputOf(result)).toContain("[masked: variable GLOBAL_SECRET] [masked: variable OWN_SECRET]");
  expect(outputOf(result)).toContain(`${secret.length} ${own.length} ${host.HOST_TOKEN.length}`);
  return talk;
}

function filesWith(text: string): string[] {
  return readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text))
    .map((path) => path.slice(server.dataDir.length + 1).replace(/-(wal|shm)$/, ""))
    .filter((path, index, all) => all.indexOf(path) === index);
}

test.each([
  "PATH",
  "HOME",
  "LD_PRELOAD",
  "DYLD_INSERT_LIBRARIES",
  "BASH_ENV",
  "ENV",
  "IFS",
  "NODE_OPTIONS",
  "PYTHONSTARTUP",
  "PERL5OPT",
  "GIT_SSH_COMMAND",
  "GIT_EDITOR",
  "GIT_CONFIG_COUNT",
  "TALKCODY_API_KEY",
  "SSH_ASKPASS",
  "npm_config_script_shell",
])("%s is refused with the reason, and nothing is changed", async (name) => {
  const before = await read();
  const { workspaceId } = await scratch(server);
  const variables = { FINE: { value: "fine", secret: false }, [name]: { value: "a-long-value" } };
  for (const refused of [await update({ variables }), await updateWorkspace(workspaceId, { variables })]) {
    expectProblem(refused, "invalid-request");
    expect(refused.bytes.toString()).toContain(`/variables/${name}`);
    expect(refused.bytes.toString()).toContain(`${name} changes how programs are started`);
  }
  expect(await read()).toEqual(before);
  expect(await variablesOf(workspaceId)).toEqual({});
});

test.each(["GIT_AUTHOR_NAME", "NPM_TOKEN", "npm_config_registry", "PATHS", "_X"])(
  "%s can be set",
  async (name) => {
    expect((await update({ variables: { [name]: { value: "a-long-value" } } })).status).toBe(200);
    expect((await update({ variables: { [name]: null } })).status).toBe(200);
  },
);

test("a secret that is too short to be masked is refused, and the same text as no secret is not", async () => {
  const refused = await update({ variables: { SHORT: { value: "short" } } });
  expectProblem(refused, "invalid-request");
  expect(refused.bytes.toString()).toContain("at least 8 characters");
  expect((await update({ variables: { SHORT: { value: "short", secret: false } } })).status).toBe(200);
  const { variables } = (await update({ variables: { SHORT: { value: "eight888" } } })).body;
  expect(variables["SHORT"], "its end would be half of it").toEqual({
    set: true,
    secret: true,
    value: null,
    last4: null,
  });
});

test("more variables than there may be, and larger ones, are refused", async () => {
  const value = "x".repeat(30_000);
  const large = Object.fromEntries(["A", "B", "C", "D", "E"].map((name) => [name, { value, secret: false }]));
  expectProblem(await update({ variables: large }), "invalid-request");
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, at) => [`V${at}`, { value: "x", secret: false }]),
  );
  expectProblem(await update({ variables: many }), "invalid-request");
  expectProblem(await update({ variables: { "NO-NAME": { value: "x" } } }), "invalid-request");
  expectProblem(await update({ variables: { NUL: { value: "a\0b", secret: false } } }), "invalid-request");
});

test("the secrets of the server are not passed, neither by their names nor under another one", async () => {
  for (const name of [
    "TALKCODY_API_KEY",
    "ANTHROPIC_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "LITESTREAM_SECRET_ACCESS_KEY",
  ]) {
    const refused = await update({ passedVariables: [name] });
    expectProblem(refused, "invalid-request");
    expect(refused.bytes.toString()).toContain("can hold a secret of the server");
  }
  expect((await update({ passedVariables: ["COPY_OF_KEY"] })).status).toBe(200);
  const { workspaceId } = await scratch(server);
  expect(await printed(workspaceId, "echo ${COPY_OF_KEY-none}")).toBe("none\n");
});

test("variables go with their workspace", async () => {
  const { workspaceId } = await scratch(server);
  const left = `left-${madeUp(5, 20)}`;
  await updateWorkspace(workspaceId, { variables: { LEFT: { value: left } } });
  expect(filesWith(left)).toEqual(["settings.db"]);
  await server.call("deleteWorkspace", { params: { workspaceId }, query: { force: true } });
  await server.restart(); // Writes the log into the database.
  expect((await server.call("getWorkspace", { params: { workspaceId } })).status).toBe(404);
  expect(filesWith(left)).toEqual([]);
});

test("variables and what is masked survive a restart", async () => {
  const { workspaceId } = await scratch(server);
  await updateWorkspace(workspaceId, { variables: { KEPT: { value: own } } });
  await server.restart();
  expect(await printed(workspaceId, 'echo "$KEPT"')).toBe("[masked: variable KEPT]\n");
});

test("a person's message with a secret of the server is stored masked, and any other text as it is", async () => {
  const { id } = await createSession(server);
  const text = `npm${"_"}${madeUp(6, 36)} and ${secret}`;
  await update({ variables: { GLOBAL_SECRET: { value: secret } } });
  const sent = await server.call("sendMessage", { params: { sessionId: id }, body: { content: text } });
  expect(sent.body.message.content).toEqual([
    { type: "text", text: text.replace(secret, "[masked: variable GLOBAL_SECRET]") },
  ]);
});
