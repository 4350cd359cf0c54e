import { afterAll, beforeAll, expect, test } from "vitest";
import { copyCheckout, type Checkout } from "../../support/guides/checkout.ts";
import { blocksOf, fileOf } from "../../support/guides/blocks.ts";
import { startModelServer, type ModelServer } from "../../support/models/model-server.ts";

// The steps of the guide for a provider with a wire of its own, in a copy of the checkout.
const [wire] = blocksOf("docs/guides/add-a-model.md", "ts");

let checkout: Checkout;
let server: ModelServer;
beforeAll(async () => {
  checkout = copyCheckout();
  server = await startModelServer();
});
afterAll(async () => {
  await server.close();
  checkout.remove();
});

/** Edits a file as the step says; fails where the file has no such place. */
function edit(path: string, place: string, text: string): void {
  const before = checkout.read(path);
  expect(before, `${path} has lost its place`).toContain(place);
  checkout.write(path, before.replace(place, text));
}

/** Asks a model of the new provider, configured by its variables alone. */
const question = `
import { loadConfig } from "./lib/config/config.ts";
import { createModelClient } from "./lib/models/index.ts";

const { providers } = loadConfig();
const client = createModelClient({ providers: { providers: () => providers }, idleTimeoutMs: 60_000 });
const listed = await client.list();
console.log(JSON.stringify(listed).includes("test-model@mistral"));
const signal = new AbortController().signal;
const request = { system: "", history: [], files: new Map(), tools: [], reasoningEffort: "none" as const, signal };
for await (const event of client.stream({ model: "test-model@mistral", ...request })) console.log(JSON.stringify(event));
`;

test("a provider that is added by the guide is configured, listed and answers", async () => {
  expect(wire && fileOf(wire)).toBe("lib/models/wires/mistral.ts");
  checkout.write("lib/models/wires/mistral.ts", wire?.text ?? "");
  const list = "lib/models/wires/wires.ts";
  edit(list, "import { openai } from", 'import { mistral } from "./mistral.ts";\nimport { openai } from');
  edit(list, "openaiCompatible];", "openaiCompatible, mistral];");
  edit("openapi.yaml", "anthropic, google, scripted]", "anthropic, google, mistral, scripted]");
  const entry =
    '{ id: "mistral", type: "mistral", keys: ["MISTRAL_API_KEY"], baseUrls: ["MISTRAL_BASE_URL"] },';
  edit("lib/config/environment-providers.ts", '  { id: "openai",', `  ${entry}\n  { id: "openai",`);
  const made = await checkout.run("npm run --silent generate && npm run --silent types");
  expect(made.exit, made.said).toBe(0);
  expect(checkout.changed().toSorted()).toEqual([
    "lib/config/environment-providers.ts",
    "lib/models/wires/mistral.ts",
    "lib/models/wires/wires.ts",
    "openapi.yaml",
  ]);
  checkout.write("question.ts", question);
  const variables = `MISTRAL_API_KEY=key MISTRAL_BASE_URL=${server.url}/v1`;
  const { exit, said } = await checkout.run(`${variables} node question.ts`);
  expect(exit, said).toBe(0);
  expect(said).toMatch(/^true$/m);
  expect(said).toContain('"type":"text"');
  expect(said).toContain('"type":"finish"');
  expect(server.requests.at(-1)?.headers.authorization).toBe("Bearer key");
});
