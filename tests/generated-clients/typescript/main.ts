// Does the main job with the client that openapi-ts made. It is compiled and run beside that client, see clients.ts.
import { client } from "./client/client.gen.ts";
import {
  createAction,
  createSession,
  getFileContent,
  getSession,
  getWorkspaceDiff,
  streamSessionEvents,
  uploadFile,
} from "./client/sdk.gen.ts";
import type { Action, CreateAction, Problem, Session } from "./client/types.gen.ts";

interface Trial {
  url: string;
  key: string;
  repository: string;
  branch: string;
  model: string;
  script: string;
}

const trial = JSON.parse(process.env["TALKCODY_TRIAL"] ?? "") as Trial;
const reason = "Not this file.";
const answer = { colour: "Red" };
const bytes = Uint8Array.from({ length: 10_240 }, (_, index) => index % 256);

client.setConfig({ baseUrl: trial.url, auth: ({ name }) => (name === "X-API-Key" ? trial.key : undefined) });

const session = await start();
const resolved = await follow(session.id);
expect(resolved.get("editFile")?.state === "approved", resolved);
passed("approve");
expect(resolved.get("writeFile")?.state === "rejected", resolved);
expect(resolved.get("writeFile")?.reason === reason, resolved);
passed("reject");
expect(resolved.get("askUserQuestions")?.result?.["colour"] === answer.colour, resolved);
passed("answer");
await exchangeBytes();
const { data: diff } = await getWorkspaceDiff({ path: { workspaceId: session.workspaceId } });
expect(diff?.patch.includes("+# Better") && !diff.patch.includes("unwanted"), diff);
passed("diff");
await refuse();

async function start(): Promise<Session> {
  const { repository, branch, model, script } = trial;
  const body = { model, workspace: { repository, branch }, message: { content: script } };
  const { data, error } = await createSession({ body });
  if (data === undefined) throw new Error(JSON.stringify(error));
  passed("session");
  return data;
}

/** Decides what is asked for, to the end of the task; gives the decided actions by tool. */
async function follow(sessionId: string): Promise<Map<string, Action>> {
  const decided = new Map<string, Action>();
  const leave = new AbortController(); // The generated stream keeps its connection until it is aborted.
  const { stream } = await streamSessionEvents({ path: { sessionId }, signal: leave.signal });
  for await (const frame of stream) {
    if (frame.type === "action.required") await decide(frame.data.action);
    else if (frame.type === "action.resolved") decided.set(frame.data.action.toolName, frame.data.action);
    else if (frame.type === "task.updated" && frame.data.task.endedAt !== null) {
      expect(frame.data.task.state === "completed", frame);
      passed("stream");
      leave.abort();
      return decided;
    }
  }
  throw new Error("The stream ended before the task.");
}

async function decide({ id: actionId, type, toolName, sessionId }: Action): Promise<void> {
  const body: CreateAction =
    type === "question"
      ? { type: "respond", actionId, result: answer }
      : toolName === "writeFile"
        ? { type: "reject", actionId, reason }
        : { type: "approve", actionId, scope: "once" };
  await createAction({ path: { sessionId }, body, throwOnError: true });
}

async function exchangeBytes(): Promise<void> {
  const { data: file } = await uploadFile({ query: { filename: "bytes.bin" }, body: new Blob([bytes]) });
  if (file?.sizeBytes !== bytes.length) throw new Error(JSON.stringify(file));
  passed("upload");
  const { data: content } = await getFileContent({ path: { fileId: file.id } });
  const read = new Uint8Array((await content?.arrayBuffer()) ?? []);
  expect(read.length === bytes.length && read.every((byte, index) => byte === bytes[index]), read);
  passed("read back");
}

async function refuse(): Promise<void> {
  const { error: missing } = await getSession({ path: { sessionId: `ses_${"7".repeat(26)}` } });
  expectProblem(missing, "not-found");
  passed("not found");
  const { error: invalid } = await createSession({ body: { title: "" } });
  expectProblem(invalid, "invalid-request");
  expect(invalid?.errors?.[0]?.pointer === "/title", invalid);
  passed("invalid request");
}

function expectProblem(problem: Problem | undefined, code: Problem["code"]): void {
  expect(problem?.code === code, problem);
}

function expect(isSo: boolean | undefined, seen: unknown): void {
  if (!isSo) throw new Error(`Not as expected: ${JSON.stringify(seen)}`);
}

function passed(step: string): void {
  console.log(`passed: ${step}`);
}
