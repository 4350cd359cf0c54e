// npm run structure:message
// Lists the source files of the server that one message passes, from sendMessage to its first token: those with a
// function that is called on the way. Storage and platform are counted separately, because every request uses them.
import { mkdtempSync, rmSync } from "node:fs";
import { Session as Inspector } from "node:inspector/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { startServer } from "../../app/main.ts";
import { loadConfig } from "../../lib/config/config.ts";
import {
  type Client,
  createClient,
  followSession,
  type StreamFrame,
} from "../../packages/shared/src/index.ts";

const root = join(import.meta.dirname, "../..");
const apiKey = "k".repeat(43);
const folder = mkdtempSync(join(tmpdir(), "message-path-"));
const environment = { TALKCODY_DATA_DIR: folder, TALKCODY_API_KEY: apiKey, TALKCODY_GRACE_PERIOD_MS: "0" };
const server = await startServer(loadConfig(environment));
try {
  const client = createClient({ baseUrl: server.url, apiKey });
  const session = await client.createSession({ body: { model: "script@scripted" } });
  await message(client, session.id, { answer: { text: "Ready" }, until: isIdle }); // Afterwards the workspace is ready.
  const slowly = { tokens: 10, tokensPerSecond: 1 }; // So that nothing after the first token is counted.
  const paths = await filesUsed(() => message(client, session.id, { answer: slowly, until: isToken }));
  const below = paths.filter((path) => /^lib\/(storage|platform)\//.test(path));
  console.log(paths.join("\n"));
  console.log(`${paths.length - below.length} files, and ${below.length} of storage and platform`);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true });
}

/** Sends a message that makes the scripted model give this answer, and follows the session until `until` is true. */
async function message(
  client: Client,
  sessionId: string,
  { answer, until }: { answer: object; until(frame: StreamFrame): boolean },
): Promise<void> {
  const content = `\`\`\`json\n${JSON.stringify({ steps: [answer] })}\n\`\`\``;
  const { eventsAfter: after } = await client.sendMessage({ params: { sessionId }, body: { content } });
  const done = new AbortController();
  for await (const frame of followSession(client, sessionId, { after, signal: done.signal }))
    if (until(frame)) done.abort();
}

function isToken({ type }: StreamFrame): boolean {
  return type === "token";
}

function isIdle(frame: StreamFrame): boolean {
  return frame.type === "session.updated" && frame.data.session.status === "idle";
}

/** Our files with a function that is called during `work`. */
async function filesUsed(work: () => Promise<void>): Promise<string[]> {
  const inspector = new Inspector();
  inspector.connect();
  await inspector.post("Profiler.enable");
  await inspector.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  await inspector.post("Profiler.takePreciseCoverage"); // Resets the counts.
  await work();
  const { result } = await inspector.post("Profiler.takePreciseCoverage");
  inspector.disconnect();
  const isCalled = ({ functions }: (typeof result)[number]) =>
    functions.some(({ functionName, ranges }) => functionName !== "" && (ranges[0]?.count ?? 0) > 0);
  const paths = result
    .filter(({ url }) => url.startsWith("file:"))
    .filter(isCalled)
    .map(({ url }) => relative(root, new URL(url).pathname));
  return paths.filter((path) => /^(lib|handlers)\//.test(path)).toSorted();
}
