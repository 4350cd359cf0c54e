import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface CollectedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  kind: "internal" | "server" | "client" | undefined;
  isError: boolean;
  attributes: Record<string, unknown>;
  endedAtMs: number;
}

/** A collector of OpenTelemetry traces on loopback; gone with the test. */
export interface Collector {
  url: string;
  /** All that came, as it came. */
  received: { path: string | undefined; headers: IncomingHttpHeaders; body: string }[];
  spans(): CollectedSpan[];
  resource(): Record<string, unknown>;
}

export async function startCollector(status = 200): Promise<Collector> {
  const received: Collector["received"] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      received.push({ path: request.url, headers: request.headers, body });
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const groups = () => received.flatMap(({ body }) => (JSON.parse(body) as Exported).resourceSpans);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    spans: () => groups().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(read))),
    resource: () => plain(groups()[0]?.resource.attributes ?? []),
  };
}

/** OTLP as JSON, as far as we look. */
interface Exported {
  resourceSpans: { resource: { attributes: Pair[] }; scopeSpans: { spans: ExportedSpan[] }[] }[];
}

interface ExportedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  kind: number;
  status?: { code?: number };
  attributes: Pair[];
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

interface Pair {
  key: string;
  value: Record<string, unknown>;
}

function read(span: ExportedSpan): CollectedSpan {
  const { name, traceId, spanId, parentSpanId, kind, status, attributes } = span;
  return {
    ...{ name, traceId, spanId, parentSpanId },
    kind: ([undefined, "internal", "server", "client"] as const)[kind],
    isError: status?.code === 2,
    attributes: plain(attributes),
    endedAtMs: Number(BigInt(span.endTimeUnixNano) / 1_000_000n),
  };
}

function plain(pairs: readonly Pair[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
}
