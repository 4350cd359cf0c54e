import { createServer } from "node:http";
import type { ServerResponse } from "node:http";

/**
 * A local OpenAI-compatible model that costs next to nothing, as a process of its own. The model key says what it does:
 * `stream-<tokens>-<tokensPerSecond>` (0 = as fast as the socket takes them), `tools-<turns>` (so many turns with one
 * readFile each, then text). Each token is the time it was written, in milliseconds since the epoch, and a blank; so
 * whoever reads it knows how long it was on its way.
 */
interface ChatRequest {
  model: string;
  messages: { role: string }[];
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (!request.url?.endsWith("/chat/completions")) return void response.writeHead(404).end();
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ChatRequest;
    response.writeHead(200, { "content-type": "text/event-stream" });
    request.socket.setNoDelay(true);
    const [kind, first = "0", second = "0"] = body.model.split("-");
    if (kind === "tools") return answerWithTool(response, body, Number(first));
    void stream(response, Number(first), Number(second));
  });
});

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" && address ? address.port : "");
});

function answerWithTool(response: ServerResponse, { messages }: ChatRequest, turns: number): void {
  const done = messages.filter((message) => message.role === "tool").length;
  if (done >= turns) return void stream(response, 1, 0);
  const call = { index: 0, id: `call_${done}`, type: "function", function: { name: "readFile", arguments: '{"file_path":"bench.txt"}' } };
  send(response, { delta: { role: "assistant", tool_calls: [call] }, finish_reason: null });
  finish(response, "tool_calls", 10);
}

async function stream(response: ServerResponse, tokens: number, tokensPerSecond: number): Promise<void> {
  const startedAt = performance.now();
  for (let sent = 0; sent < tokens && !response.destroyed; sent++) {
    if (tokensPerSecond > 0) await until(startedAt + (sent * 1000) / tokensPerSecond);
    const isFlowing = send(response, { delta: { content: `${now().toFixed(2)} ` }, finish_reason: null });
    if (!isFlowing) await new Promise((resolve) => response.once("drain", resolve));
  }
  finish(response, "stop", tokens);
}

function send(response: ServerResponse, choice: Record<string, unknown>): boolean {
  const chunk = { id: "bench", object: "chat.completion.chunk", created: 0, model: "bench", choices: [{ index: 0, ...choice }] };
  return response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

function finish(response: ServerResponse, reason: string, tokens: number): void {
  send(response, { delta: {}, finish_reason: reason });
  const usage = { prompt_tokens: 100, completion_tokens: tokens, total_tokens: 100 + tokens };
  response.write(`data: ${JSON.stringify({ id: "bench", object: "chat.completion.chunk", created: 0, model: "bench", choices: [], usage })}\n\n`);
  response.end("data: [DONE]\n\n");
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function until(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
}
