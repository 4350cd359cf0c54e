import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { now, pause } from "../monotonic.ts";

/**
 * A local OpenAI-compatible model that takes little processor time. Runs in its own process and ends with its parent.
 * The model key says what it does: `stream-<tokens>-<tokensPerSecond>` (0: as fast as the socket takes them),
 * `tools-<turns>` (this many turns that read bench.txt, then text), `command-<seconds>` (a shell command that sleeps).
 * Each token is its number, a colon, the time it was written and a blank. The time is from the monotonic clock, which
 * all processes of the host share, so a reader knows how long the token took.
 */
interface ChatRequest {
  model: string;
  messages: { role: string }[];
  tools?: Tool[];
}

interface Tool {
  function: { name: string; parameters?: { properties?: Record<string, unknown> } };
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (!request.url?.endsWith("/chat/completions")) return void response.writeHead(404).end();
    request.socket.setNoDelay(true);
    response.writeHead(200, { "content-type": "text/event-stream" });
    answer(response, JSON.parse(Buffer.concat(chunks).toString()) as ChatRequest);
  });
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" && address ? address.port : "");
});
process.stdin.on("end", () => process.exit()).resume();

function answer(response: ServerResponse, body: ChatRequest): void {
  const [kind, first = "0", second = "0"] = body.model.split("-");
  const rounds = body.messages.filter((message) => message.role === "tool").length;
  if (kind === "tools" && rounds < Number(first))
    return callTool(response, { id: rounds, ...reading(body.tools) });
  if (kind === "command" && rounds === 0)
    return callTool(response, { id: 0, ...sleeping(body.tools, Number(first)) });
  if (kind === "stream") return void stream(response, Number(first), Number(second));
  void stream(response, 1, 0);
}

/** A call of the tool that reads a file. Its name differs between agents. */
function reading(tools: Tool[] = []): { name: string; input: object } {
  const tool = tools.find(({ function: { name } }) => /^read/i.test(name))?.function;
  const field = Object.keys(tool?.parameters?.properties ?? {}).find((name) => /path/i.test(name));
  return { name: tool?.name ?? "readFile", input: { [field ?? "file_path"]: "bench.txt" } };
}

/** A call of the shell tool. Some agents require a description, others refuse it. The process id marks the commands of this benchmark. */
function sleeping(tools: Tool[] = [], seconds: number): { name: string; input: object } {
  const tool = tools.find(({ function: { name } }) => name === "bash")?.function;
  const isDescribed = tool?.parameters?.properties?.["description"] !== undefined;
  const input = { command: `sleep ${seconds}.${process.ppid}` };
  return { name: "bash", input: isDescribed ? { ...input, description: "Sleeps" } : input };
}

function callTool(
  response: ServerResponse,
  { id, name, input }: { id: number; name: string; input: object },
): void {
  const call = {
    index: 0,
    id: `call_${id}`,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  };
  send(response, [{ index: 0, delta: { role: "assistant", tool_calls: [call] }, finish_reason: null }]);
  finish(response, "tool_calls", 10);
}

async function stream(response: ServerResponse, tokens: number, tokensPerSecond: number): Promise<void> {
  const startedAt = now();
  for (let sent = 0; sent < tokens && !response.destroyed; sent++) {
    const early = tokensPerSecond > 0 ? startedAt + (sent * 1000) / tokensPerSecond - now() : 0;
    if (early > 0) await pause(early);
    const delta = { content: `${sent}:${now().toFixed(2)} ` };
    const isFlowing = send(response, [{ index: 0, delta, finish_reason: null }]);
    if (!isFlowing) await drained(response);
  }
  finish(response, "stop", tokens);
}

/** Resolves when the response takes more, or is closed. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off("drain", go).off("close", go);
      resolve();
    };
    response.on("drain", go).on("close", go);
  });
}

function finish(response: ServerResponse, reason: string, tokens: number): void {
  send(response, [{ index: 0, delta: {}, finish_reason: reason }]);
  send(response, [], { prompt_tokens: 100, completion_tokens: tokens, total_tokens: 100 + tokens });
  response.end("data: [DONE]\n\n");
}

function send(response: ServerResponse, choices: object[], usage?: object): boolean {
  const chunk = { id: "bench", object: "chat.completion.chunk", created: 0, model: "bench", choices, usage };
  return response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}
