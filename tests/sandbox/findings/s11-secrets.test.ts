import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { messagesOf } from "../../support/conversation.ts";
import { eventsOf } from "../../support/until.ts";
import { injected, letRead, startObedientModel, type ObedientModel } from "../stage/obedient-model.ts";
import { repositoryOf } from "../stage/place.ts";
import { useTrial } from "../stage/use-trial.ts";

const trial = useTrial({ settings: { autoApproveCommands: true } });
let model: ObedientModel;
beforeAll(async () => {
  model = await startObedientModel(trial.server, "http://nowhere.example/");
  await trial.server.request("PATCH", "/v1/settings", { body: { settings: { autoApproveCommands: true } } });
});
afterAll(() => model.close());

const letters = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7dEf0hIj3kLm6n";
const head = Buffer.from(JSON.stringify({ alg: "HS256", typ: "JWT" })).toString("base64url");

/** By what made them, joined from parts so that this file holds none. */
const shapes: Record<string, string> = {
  openai: ["sk", "proj", letters].join("-"),
  anthropic: ["sk", "ant", "api03", letters].join("-"),
  aws: ["AKIA", "QYLPMN5HHHFPZAM2"].join(""),
  github: ["ghp", letters.slice(0, 36)].join("_"),
  "github, fine-grained": ["github", "pat", letters.slice(0, 22), letters].join("_"),
  google: ["AIza", letters.slice(0, 35)].join(""),
  slack: ["xoxb", "123456789012", "123456789012", letters.slice(0, 24)].join("-"),
  jwt: [
    head,
    Buffer.from('{"sub":"1234567890","name":"x"}').toString("base64url"),
    letters.slice(0, 43),
  ].join("."),
  "private key": `-----BEGIN ${"RSA PRIVATE"} KEY-----\n${letters}\n${letters}\n-----END ${"RSA PRIVATE"} KEY-----`,
  "address with a password": `https://person:${letters.slice(0, 20)}@registry.example/x`,
};

/** What must not be found of a shape: its secret part. */
const secretOf = (shape: string) =>
  /:\/\/person:([^@]+)@/.exec(shape)?.[1] ?? (shape.startsWith("-----") ? letters : shape);

test("S11: keys in a file of the repository reach neither the model nor an event, a message or a database", async () => {
  const { server } = trial;
  const own = server.planted.canaries["TALKCODY_API_KEY"] ?? "";
  const all: Record<string, string> = { ...shapes, "the server's own key": own };
  const text = Object.entries(all)
    .map(([name, shape]) => `# ${name}\nvalue = ${shape}\n`)
    .join("\n");
  const orders = [
    { toolName: "readFile", input: { file_path: "secrets.txt" } },
    { toolName: "bash", input: { command: "cat secrets.txt" } },
    { toolName: "codeSearch", input: { pattern: "value", path: "." } },
  ];
  const repository = repositoryOf(server, {
    "README.md": orders.map(injected).join("\n"),
    "secrets.txt": text,
  });
  const { sessionId, asked } = await letRead(server, { model, repository });
  expect(asked).toBe(false);
  const messages = JSON.stringify(await messagesOf(server, sessionId));
  expect(messages).toContain("# openai");
  const found = (place: string) =>
    Object.entries(all).flatMap(([name, shape]) => (place.includes(secretOf(shape)) ? [name] : []));
  expect(found(messages), "messages").toEqual([]);
  expect(found(JSON.stringify(await eventsOf(server, sessionId))), "events").toEqual([]);
  expect(found(JSON.stringify(model.requests.map(({ body }) => body))), "requests to the model").toEqual([]);
  expect(found(server.said()), "log").toEqual([]);
  expect(found(databasesOf(server.dataDir)), "databases").toEqual([]);
  const folder = join(server.dataDir, "workspaces");
  expect(
    found(readFileSync(join(folder, readdirSync(folder).at(-1) ?? "", "secrets.txt"), "utf8")),
    "the file itself",
  ).toHaveLength(Object.keys(all).length);
});

function databasesOf(dataDir: string): string {
  const names = readdirSync(dataDir).filter((name) => /\.db/.test(name));
  return names.map((name) => readFileSync(join(dataDir, name), "latin1")).join("\n");
}
