import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelFile, ModelRequest } from "../../../lib/model.ts";
import { joinBaseUrl } from "../../../lib/models/wires/wire.ts";
import { type ModelServer, startModelServer } from "../../support/models/model-server.ts";
import { toolCallStream, type WireName } from "../../support/models/model-streams.ts";
import { apiKey, asMessage, clientOf, collect, request, said, user } from "./room.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

type Json = Record<string, unknown>;

async function sent(more: Parameters<typeof request>[0]): Promise<Json> {
  await collect(clientOf(server).stream(request(more)));
  return server.requests.at(-1)?.body as Json;
}

const schema = {
  type: "object",
  additionalProperties: false,
  required: ["command"],
  properties: { command: { type: "string" }, timeoutMs: { type: "integer" } },
};
const bash: ModelRequest["tools"][number] = {
  name: "bash",
  description: "Runs a command.",
  inputSchema: schema,
  effect: "unsafe",
};

/** Two parallel calls, their results, and then another message of the user. */
async function conversation(wire: WireName): Promise<ModelRequest["history"]> {
  const calls = [
    { id: "call_1", name: "bash", input: { command: "ls" } },
    { id: "call_2", name: "bash", input: { command: "pwd" } },
  ];
  server.answer({ events: toolCallStream(wire, { reasoning: "Let me look.", text: "Looking.", calls }) });
  const heard = await collect(clientOf(server).stream(request({ wire, tools: [bash] })));
  const answer = asMessage(heard);
  const ids = heard.flatMap((event) => (event.type === "tool-call" ? [event.toolCallId] : []));
  expect(ids).toHaveLength(2);
  const results = ids.map((toolCallId, index) => ({
    type: "tool-result" as const,
    toolCallId,
    toolName: "bash",
    output: { success: index === 0, message: "It ran.", stdout: "a\nb" },
    isError: index === 1,
  }));
  return [user("Hi."), answer, said("tool", results), user("And now?")];
}

describe("a conversation with tools goes back as the provider gave it", () => {
  test("openai-chat", async () => {
    const wire = "openai-chat";
    const body = await sent({ wire, history: await conversation(wire), tools: [bash] });
    const output = "success: true\nmessage: It ran.\nstdout:\na\nb";
    expect(body["messages"]).toEqual([
      { role: "system", content: "Be kind." },
      { role: "user", content: "Hi." },
      {
        role: "assistant",
        content: "Looking.",
        reasoning_content: "Let me look.",
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "bash", arguments: '{"command":"ls"}' } },
          { id: "call_2", type: "function", function: { name: "bash", arguments: '{"command":"pwd"}' } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: output },
      { role: "tool", tool_call_id: "call_2", content: output.replace("true", "false") },
      { role: "user", content: "And now?" },
    ]);
    expect(body).toMatchObject({
      model: "m",
      stream: true,
      stream_options: { include_usage: true },
      tools: [
        { type: "function", function: { name: "bash", description: "Runs a command.", parameters: schema } },
      ],
    });
    expect(body).not.toHaveProperty("reasoning_effort");
  });

  test("openai-responses", async () => {
    const wire = "openai-responses";
    const model = "gpt-5-mini@openai";
    const body = await sent({ wire, model, history: await conversation(wire), tools: [bash] });
    const input = body["input"] as Json[];
    expect(input.map((item) => item["type"] ?? item["role"])).toEqual([
      "developer",
      "user",
      "reasoning",
      "assistant",
      "function_call",
      "function_call",
      "function_call_output",
      "function_call_output",
      "user",
    ]);
    expect(input[2]).toMatchObject({
      id: "rs_1",
      encrypted_content: "enc-final",
      summary: [{ type: "summary_text", text: "Let me look." }],
    });
    expect(input[4]).toMatchObject({ call_id: "call_1", name: "bash", arguments: '{"command":"ls"}' });
    expect(input[7]).toMatchObject({ call_id: "call_2" });
    expect(body).toMatchObject({ store: false, include: ["reasoning.encrypted_content"] });
    expect(body["tools"]).toMatchObject([
      { type: "function", name: "bash", parameters: schema, strict: false },
    ]);
  });

  test("anthropic-messages", async () => {
    const wire = "anthropic-messages";
    const body = await sent({ wire, history: await conversation(wire), tools: [bash] });
    const cache_control = { type: "ephemeral" };
    const output = "success: true\nmessage: It ran.\nstdout:\na\nb";
    expect(body["system"]).toEqual([{ type: "text", text: "Be kind.", cache_control }]);
    expect(body["messages"]).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi." }] },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Let me look.", signature: "signed" },
          { type: "text", text: "Looking." },
          { type: "tool_use", id: "call_1", name: "bash", input: { command: "ls" } },
          { type: "tool_use", id: "call_2", name: "bash", input: { command: "pwd" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "call_1", content: output },
          {
            type: "tool_result",
            tool_use_id: "call_2",
            content: output.replace("true", "false"),
            is_error: true,
            cache_control,
          },
          { type: "text", text: "And now?", cache_control },
        ],
      },
    ]);
    expect(body).toMatchObject({ model: "m", stream: true, max_tokens: 32_000 });
    expect(body["tools"]).toMatchObject([
      { name: "bash", description: "Runs a command.", input_schema: schema },
    ]);
    expect(body).not.toHaveProperty("thinking");
  });

  test("google", async () => {
    const wire = "google";
    const body = await sent({ wire, history: await conversation(wire), tools: [bash] });
    const contents = body["contents"] as { role: string; parts: Json[] }[];
    expect(contents.map(({ role }) => role)).toEqual(["user", "model", "user", "user"]);
    expect(contents[1]?.parts).toMatchObject([
      { text: "Let me look.", thought: true },
      { text: "Looking." },
      { functionCall: { name: "bash", args: { command: "ls" } }, thoughtSignature: "signed" },
      { functionCall: { name: "bash", args: { command: "pwd" } }, thoughtSignature: "signed" },
    ]);
    expect(contents[2]?.parts[0]).toMatchObject({ functionResponse: { name: "bash" } });
    expect(body["tools"]).toMatchObject([{ functionDeclarations: [{ name: "bash" }] }]);
  });
});

test("reasoning of one provider is not shown to another", async () => {
  const history = await conversation("anthropic-messages");
  for (const wire of ["openai-chat", "openai-responses", "google"] as const)
    expect(JSON.stringify(await sent({ wire, history }))).not.toContain("Let me look.");
});

test("reasoning that came without its encrypted content is not sent to OpenAI", async () => {
  const history = [
    user("Hi."),
    said(
      "assistant",
      [
        { type: "reasoning", text: "Hm." },
        { type: "text", text: "Yes." },
      ],
      [{ openai: { openai: { itemId: "rs_9", reasoningEncryptedContent: null } } }, null],
    ),
    user("Go on."),
  ];
  expect(JSON.stringify(await sent({ wire: "openai-responses", history }))).not.toContain("rs_9");
});

test.each<[WireName, string, Json]>([
  ["openai-chat", "m@openai-compatible", { reasoning_effort: "high" }],
  ["openai-responses", "gpt-5-mini@openai", { reasoning: { effort: "high", summary: "auto" } }],
  ["anthropic-messages", "claude-opus-5-5@anthropic", { output_config: { effort: "high" } }],
  [
    "google",
    "gemini-3-flash-preview@google",
    { generationConfig: { thinkingConfig: { thinkingLevel: "high" } } },
  ],
])("%s: an effort is sent, and none is not", async (wire, model, expected) => {
  expect(await sent({ wire, model, reasoningEffort: "high" })).toMatchObject(expected);
  expect(await sent({ wire, model, reasoningEffort: "none" })).not.toMatchObject(expected);
});

describe.each<WireName>(["openai-chat", "openai-responses", "anthropic-messages", "google"])("%s", (wire) => {
  test("parallel calls arrive whole, also when their input is no JSON", async () => {
    const calls = [
      { id: "call_1", name: "bash", input: { command: "echo 'ä → 🙂'" } },
      { id: "call_2", name: "editFile", input: wire === "google" ? {} : '{"file_path": "a' },
    ];
    server.answer({ events: toolCallStream(wire, { text: "Two.", calls }), pieceBytes: 5 });
    const heard = await collect(clientOf(server).stream(request({ wire })));
    const called = heard.filter((event) => event.type === "tool-call");
    expect(called.map(({ toolName, input }) => [toolName, input])).toEqual(
      calls.map(({ name, input }) => [name, typeof input === "string" ? input : JSON.stringify(input)]),
    );
    expect(heard.at(-1)).toMatchObject({ type: "finish", reason: "tool-calls" });
  });

  test("nothing empty is sent", async () => {
    const history = [
      user(" "),
      said("assistant", [{ type: "text", text: "" }]),
      said("tool", []),
      user("Yes."),
    ];
    const body = JSON.stringify(await sent({ wire, history, system: "" }));
    expect(body).toContain("Yes.");
    expect(body).not.toMatch(/"(text|content)":(" ?"|\[\])/);
  });

  test("what the user said in two messages is one", async () => {
    expect(JSON.stringify(await sent({ wire, history: [user("One."), user("Two.")] }))).toContain(
      "One.\\n\\nTwo.",
    );
  });

  test("a model never goes on from its own words", async () => {
    const history = [user("Hi."), said("assistant", [{ type: "text", text: "I was" }])];
    expect(JSON.stringify(await sent({ wire, history }))).toMatch(/Continue\.(?!.*I was)/);
  });

  test("a tool that a person ran is told as the user's words", async () => {
    const history = [
      user("Hi."),
      said("tool", [
        { type: "tool-call", toolCallId: "t1", toolName: "bash", input: { command: "ls" } },
        {
          type: "tool-result",
          toolCallId: "t1",
          toolName: "bash",
          output: { success: true, message: "fine" },
          isError: false,
        },
      ]),
    ];
    const body = JSON.stringify(await sent({ wire, history }));
    expect(body).toContain("I ran the tool bash with");
    expect(body).not.toContain("t1");
  });

  test("files: an image as it is, a text inlined, others and lost ones in words", async () => {
    const file = (fileId: string, name: string, mediaType: string, bytes: string): [string, ModelFile] => [
      fileId,
      { fileId, name, mediaType, bytes: Buffer.from(bytes, "latin1") },
    ];
    const files = new Map([
      file("fil_1", "dot.png", "image/png", "\x89PNG\r\n\x1a\n-pixels-"),
      file("fil_2", "notes.txt", "text/plain", "buy milk"),
      file("fil_3", "a.zip", "application/octet-stream", "PK"),
    ]);
    const parts = ["fil_1", "fil_2", "fil_3", "fil_4"].map((fileId) => ({ type: "file" as const, fileId }));
    const body = JSON.stringify(await sent({ wire, history: [said("user", parts)], files }));
    expect(body).toContain(Buffer.from("\x89PNG\r\n\x1a\n-pixels-", "latin1").toString("base64"));
    expect(body).toContain("buy milk");
    expect(body).toContain("notes.txt");
    expect(body).toContain("a.zip");
    expect(body).not.toContain(Buffer.from("PK").toString("base64"));
    expect(body).toContain("no longer exists");
  });

  test("the key goes out in the provider's header alone", async () => {
    const body = await sent({ wire });
    const headers = JSON.stringify(server.requests.at(-1)?.headers);
    expect(headers).toContain(apiKey);
    expect(JSON.stringify(body)).not.toContain(apiKey);
    expect(server.requests.at(-1)?.path).not.toContain(apiKey);
  });

  test("cost is what the settings say, cached tokens at their own price", async () => {
    const models = { m: { pricing: { input: 2, cachedInput: 0.5, output: 10 } } };
    const usage = { input: 1_000, cached: 400, output: 100 };
    server.answer({ events: toolCallStream(wire, { text: "Yes.", usage }) });
    const heard = await collect(clientOf(server, { models }).stream(request({ wire })));
    const costUsd = (600 * 2 + 400 * 0.5 + 100 * 10) / 1_000_000;
    expect(heard.at(-1)).toMatchObject({
      usage: {
        inputTokens: 1_000,
        cachedInputTokens: 400,
        outputTokens: 100,
        costUsd: expect.closeTo(costUsd, 9) as number,
      },
    });
  });
});

test("writing Anthropic's cache costs a quarter more", async () => {
  const usage = { input: 1_000, cacheWrite: 400, output: 0 };
  server.answer({ events: toolCallStream("anthropic-messages", { text: "Yes.", usage }) });
  const models = { m: { pricing: { input: 2, output: 10 } } };
  const heard = await collect(clientOf(server, { models }).stream(request({ wire: "anthropic-messages" })));
  expect(heard.at(-1)).toMatchObject({
    usage: { costUsd: expect.closeTo((600 * 2 + 400 * 2.5) / 1_000_000, 9) as number },
  });
});

test("a known model has its price without settings, dated or not", async () => {
  for (const model of ["claude-haiku-4-5@anthropic", "claude-haiku-4-5-20251001@anthropic"]) {
    server.answer({
      events: toolCallStream("anthropic-messages", { text: "Yes.", usage: { input: 1_000_000, output: 0 } }),
    });
    const heard = await collect(clientOf(server).stream(request({ model })));
    expect(heard.at(-1)).toMatchObject({ usage: { costUsd: 1 } });
  }
});

test.each([
  ["https://api.anthropic.com", "v1", "https://api.anthropic.com/v1"],
  ["https://api.anthropic.com/", "v1", "https://api.anthropic.com/v1"],
  ["https://api.anthropic.com/v1/", "v1", "https://api.anthropic.com/v1"],
  ["https://api.minimax.io/anthropic", "v1", "https://api.minimax.io/anthropic/v1"],
  ["https://gateway.example/v1/me/anthropic", "v1", "https://gateway.example/v1/me/anthropic/v1"],
  ["http://10.0.0.7:8000/v2", "v1", "http://10.0.0.7:8000/v2"],
  ["https://api.deepseek.com", null, "https://api.deepseek.com"],
  ["https://open.bigmodel.cn/api/paas/v4//", null, "https://open.bigmodel.cn/api/paas/v4"],
])("base URL %s with version %s is %s", (baseUrl, version, joined) => {
  expect(joinBaseUrl(baseUrl, version)).toBe(joined);
});

test.each<[WireName, string]>([
  ["openai-chat", "/v1/chat/completions"],
  ["openai-responses", "/v1/responses"],
  ["anthropic-messages", "/v1/messages"],
  ["google", "/v1beta/models/m:streamGenerateContent?alt=sse"],
])("%s asks at %s", async (wire, path) => {
  await sent({ wire });
  expect(server.requests.at(-1)?.path).toBe(path);
});
