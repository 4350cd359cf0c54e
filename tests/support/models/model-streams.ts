import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Streams for `model-server.ts`: written by the providers' documentation, or recorded. */
export type WireName = "openai-chat" | "openai-responses" | "anthropic-messages" | "google";

export interface SseEvent {
  event: string | null;
  data: string;
}

export interface Said {
  reasoning?: string;
  text?: string;
  /** `input` is sent in two pieces; a text is sent as it stands, JSON or not. */
  calls?: { id: string; name: string; input: unknown }[];
  usage?: { input: number; output: number; cached?: number; cacheWrite?: number };
}

export interface Recording {
  wire: WireName;
  provider: string;
  model: string;
  status: number;
  contentType: string;
  events?: SseEvent[];
  body?: unknown;
  expected: {
    text: string;
    reasoning: string;
    toolCalls: { name: string; input: unknown }[];
    usage: { inputTokens: number; outputTokens: number } | null;
    finishReason: string | null;
  };
}

const recordingsDir = join(import.meta.dirname, "../../fixtures/llm-recordings");

export const recordingNames = readdirSync(recordingsDir).filter((name) => name.endsWith(".json"));

export function recorded(name: string): Recording {
  return JSON.parse(readFileSync(join(recordingsDir, name), "utf8")) as Recording;
}

export function textStream(wire: WireName, text: string): SseEvent[] {
  return streams[wire]({ text });
}

/** An answer with tool calls, several of them in parallel, after its text and reasoning. */
export function toolCallStream(wire: WireName, said: Said): SseEvent[] {
  return streams[wire](said);
}

const streams: Record<WireName, (said: Said) => SseEvent[]> = {
  "openai-chat": chat,
  "openai-responses": responses,
  "anthropic-messages": messages,
  google: gemini,
};

const defaultUsage = { input: 10, output: 5 };

function inputText(input: unknown): string {
  return typeof input === "string" ? input : JSON.stringify(input);
}

function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

/** Words with their blanks, as providers cut them. */
function pieces(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** Chat Completions: deltas by index; the id stands in the first one only; usage comes last, without choices. */
function chat({ reasoning = "", text = "", calls = [], usage = defaultUsage }: Said): SseEvent[] {
  const chunk = (fields: object) =>
    line({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", ...fields });
  const delta = (content: object, finish: string | null = null) =>
    chunk({ choices: [{ index: 0, delta: content, finish_reason: finish }] });
  const call = (index: number, fields: object) => delta({ tool_calls: [{ index, ...fields }] });
  const starts = calls.map(({ id, name, input }, index) =>
    call(index, { id, type: "function", function: { name, arguments: halves(inputText(input))[0] } }),
  );
  const ends = calls.map(({ input }, index) =>
    call(index, { function: { arguments: halves(inputText(input))[1] } }),
  );
  const counts = {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached ?? 0 },
  };
  return [
    delta({ role: "assistant", content: "" }),
    ...pieces(reasoning).map((piece) => delta({ reasoning_content: piece })),
    ...pieces(text).map((piece) => delta({ content: piece })),
    ...starts,
    ...ends,
    delta({}, calls.length > 0 ? "tool_calls" : "stop"),
    chunk({ choices: [], usage: counts }),
    { event: null, data: "[DONE]" },
  ];
}

/** Responses: output items, each added, filled and done; reasoning items end with their encrypted content. */
function responses({ reasoning = "", text = "", calls = [], usage = defaultUsage }: Said): SseEvent[] {
  let sequence = 0;
  const event = (type: string, fields: object): SseEvent => ({
    event: type,
    data: JSON.stringify({ type, sequence_number: sequence++, ...fields }),
  });
  const response = { id: "resp_1", object: "response", created_at: 1, model: "m", output: [] };
  const items: SseEvent[][] = [];
  if (reasoning !== "") items.push(reasoningItem(event, reasoning));
  if (text !== "") items.push(messageItem(event, { text, index: items.length }));
  for (const called of calls) items.push(callItem(event, { called, index: items.length }));
  const counts = {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached ?? 0 },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage.input + usage.output,
  };
  return [
    event("response.created", { response: { ...response, status: "in_progress" } }),
    ...items.flat(),
    event("response.completed", { response: { ...response, status: "completed", usage: counts } }),
  ];
}

type MakeEvent = (type: string, fields: object) => SseEvent;

function reasoningItem(event: MakeEvent, text: string): SseEvent[] {
  const place = { output_index: 0, item_id: "rs_1" };
  const part = { ...place, summary_index: 0 };
  const item = { id: "rs_1", type: "reasoning", summary: [] };
  return [
    event("response.output_item.added", {
      output_index: 0,
      item: { ...item, encrypted_content: "enc-start" },
    }),
    event("response.reasoning_summary_part.added", { ...part, part: { type: "summary_text", text: "" } }),
    ...pieces(text).map((delta) => event("response.reasoning_summary_text.delta", { ...part, delta })),
    event("response.reasoning_summary_text.done", { ...part, text }),
    event("response.reasoning_summary_part.done", { ...part, part: { type: "summary_text", text } }),
    event("response.output_item.done", {
      output_index: 0,
      item: { ...item, summary: [{ type: "summary_text", text }], encrypted_content: "enc-final" },
    }),
  ];
}

function messageItem(event: MakeEvent, { text, index }: { text: string; index: number }): SseEvent[] {
  const place = { output_index: index, item_id: "msg_1", content_index: 0 };
  const item = { id: "msg_1", type: "message", role: "assistant" };
  const content = { type: "output_text", text, annotations: [] };
  return [
    event("response.output_item.added", {
      output_index: index,
      item: { ...item, status: "in_progress", content: [] },
    }),
    event("response.content_part.added", { ...place, part: { ...content, text: "" } }),
    ...pieces(text).map((delta) => event("response.output_text.delta", { ...place, delta })),
    event("response.output_text.done", { ...place, text }),
    event("response.content_part.done", { ...place, part: content }),
    event("response.output_item.done", {
      output_index: index,
      item: { ...item, status: "completed", content: [content] },
    }),
  ];
}

function callItem(
  event: MakeEvent,
  { called, index }: { called: NonNullable<Said["calls"]>[number]; index: number },
): SseEvent[] {
  const id = `fc_${index}`;
  const item = { id, type: "function_call", call_id: called.id, name: called.name };
  const text = inputText(called.input);
  const place = { output_index: index, item_id: id };
  return [
    event("response.output_item.added", {
      output_index: index,
      item: { ...item, status: "in_progress", arguments: "" },
    }),
    ...halves(text).map((delta) => event("response.function_call_arguments.delta", { ...place, delta })),
    event("response.function_call_arguments.done", { ...place, arguments: text }),
    event("response.output_item.done", {
      output_index: index,
      item: { ...item, status: "completed", arguments: text },
    }),
  ];
}

/** Messages: content blocks; a thinking block ends with its signature; usage comes in two parts. */
function messages({ reasoning = "", text = "", calls = [], usage = defaultUsage }: Said): SseEvent[] {
  const event = (type: string, fields: object): SseEvent => ({
    event: type,
    data: JSON.stringify({ type, ...fields }),
  });
  const blocks: { start: object; deltas: object[] }[] = [];
  if (reasoning !== "")
    blocks.push({
      start: { type: "thinking", thinking: "", signature: "" },
      deltas: [
        ...pieces(reasoning).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: "signed" },
      ],
    });
  if (text !== "")
    blocks.push({
      start: { type: "text", text: "" },
      deltas: pieces(text).map((piece) => ({ type: "text_delta", text: piece })),
    });
  for (const { id, name, input } of calls)
    blocks.push({
      start: { type: "tool_use", id, name, input: {} },
      deltas: halves(inputText(input)).map((json) => ({ type: "input_json_delta", partial_json: json })),
    });
  const { input, output, cached = 0, cacheWrite = 0 } = usage;
  const counts = {
    input_tokens: input - cached - cacheWrite,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: cacheWrite,
  };
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  return [
    event("message_start", { message: { ...message, usage: { ...counts, output_tokens: 1 } } }),
    event("ping", {}),
    ...blocks.flatMap(({ start, deltas }, index) => [
      event("content_block_start", { index, content_block: start }),
      ...deltas.map((delta) => event("content_block_delta", { index, delta })),
      event("content_block_stop", { index }),
    ]),
    event("message_delta", {
      delta: { stop_reason: calls.length > 0 ? "tool_use" : "end_turn", stop_sequence: null },
      usage: { output_tokens: output },
    }),
    event("message_stop", {}),
  ];
}

/** Gemini: whole parts in each event; a call is never cut, and carries its signature. */
function gemini({ reasoning = "", text = "", calls = [], usage = defaultUsage }: Said): SseEvent[] {
  const counts = {
    promptTokenCount: usage.input,
    cachedContentTokenCount: usage.cached ?? 0,
    candidatesTokenCount: usage.output,
    totalTokenCount: usage.input + usage.output,
  };
  const event = (parts: object[], fields: object = {}) =>
    line({ candidates: [{ content: { role: "model", parts }, index: 0, ...fields }], usageMetadata: counts });
  return [
    ...pieces(reasoning).map((piece) => event([{ text: piece, thought: true }])),
    ...pieces(text).map((piece) => event([{ text: piece }])),
    ...calls.map(({ name, input }) =>
      event([{ functionCall: { name, args: input }, thoughtSignature: "signed" }]),
    ),
    event([{ text: "" }], { finishReason: "STOP" }),
  ];
}

function line(value: object): SseEvent {
  return { event: null, data: JSON.stringify(value) };
}
