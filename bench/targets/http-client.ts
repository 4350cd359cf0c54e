import { Agent, request } from "node:http";

/** A longer answer means that something is wrong. */
const answerMaxMs = 15_000;

export type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** JSON over kept-alive connections. Uses node:http, which takes a third of the processor time of fetch. */
export function createCaller(base: string, headers: Record<string, string> = {}): Call {
  const agent = new Agent({ keepAlive: true });
  return <T>(method: string, path: string, body?: unknown) =>
    new Promise<T>((resolve, reject) => {
      const text = body === undefined ? "" : JSON.stringify(body);
      const type = body === undefined ? {} : { "content-type": "application/json" };
      const length = { "content-length": Buffer.byteLength(text) };
      const options = { method, agent, headers: { ...headers, ...type, ...length }, timeout: answerMaxMs };
      const sent = request(base + path, options, (response) => {
        let answer = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          if (status >= 300) reject(new Error(`${method} ${path}: ${status} ${answer}`));
          else resolve((answer === "" ? undefined : JSON.parse(answer)) as T);
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer in ${answerMaxMs} ms`)));
      sent.on("error", reject);
      sent.end(text);
    });
}
