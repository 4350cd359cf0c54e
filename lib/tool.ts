import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { Action } from "./action.ts";
import type { ToolOutput } from "./message.ts";
import type { WorkspaceHost } from "./workspace.ts";

export type ToolSpec = Schemas["ToolSpec"];
export type ToolEffect = Schemas["ToolEffect"];
export type { ToolOutput } from "./message.ts";

/** Who decides whether a call may run. `never`: reading. The others become actions unless a rule or a setting allows. */
export type ToolAsks = "never" | "edit" | "command" | "fetch" | "plan" | "question";

export interface ToolContext {
  host: WorkspaceHost;
  fetch: WebFetcher;
  taskId: string;
  toolCallId: string;
  /** Aborted when the task is cancelled; the tool must end soon and leave no process behind. */
  signal: AbortSignal;
  /** Time a command may take. */
  timeoutMs: number;
  /** Live output of a command. */
  onOutput(stream: "stdout" | "stderr", text: string): void;
  /** What a person decided, for tools that ask for a plan or an answer. */
  decision: Action | null;
}

export interface Preview {
  /** For a person: a unified diff, or the text of a plan. Null when the input says all. */
  preview: string | null;
  /** The state of what the call would touch, such as the hash of the file; part of what an approval is bound to. */
  revision: string;
}

/** What a call touches, as hashes or whatever else tells one state from another. */
export interface Revisions {
  present: string;
  /** The state that the call would make of the present one. Throws a ToolFailure where it cannot work. */
  after(): string;
}

/** What a call set out to make of what. */
export interface IntendedChange {
  before: string;
  after: string;
}

/** Code and prompt text side by side: `<tool>.ts` and `<tool>.md`. Input was validated against `inputSchema` before any method sees it. */
export interface Tool {
  name: string;
  description: string;
  /** JSON Schema, draft 2020-12, with `additionalProperties: false`. */
  inputSchema: Record<string, unknown>;
  effect: ToolEffect;
  asks: ToolAsks;
  /** What permission patterns are held against: the command, the path relative to the workspace, the URL. */
  subject(input: Record<string, unknown>, host: WorkspaceHost): string;
  /** What would happen, without doing it. A ToolFailure says that the call cannot work and need not be asked. */
  preview?(input: Record<string, unknown>, host: WorkspaceHost): Promise<Preview>;
  /** For a `checkable` tool: looked at before it runs, and after a crash that left nobody to say whether it did. */
  revisions?(input: Record<string, unknown>, host: WorkspaceHost): Promise<Revisions>;
  /** For a checkable tool: makes what stands there by now, whoever put it there, survive a power cut. */
  sync?(input: Record<string, unknown>, host: WorkspaceHost): Promise<void>;
  /** Fields of the result of a call that a crash cut: what it had said until then. */
  remains?(
    input: Record<string, unknown>,
    context: Pick<ToolContext, "host" | "taskId" | "toolCallId">,
  ): Promise<Record<string, unknown>>;
  /** Failures the model can act on are values (`success: false`), not exceptions. */
  run(input: Record<string, unknown>, context: ToolContext): Promise<ToolOutput>;
}

/** What a tool throws from `preview` or `run` when the model should read why. */
export class ToolFailure extends Error {
  /** Further fields of the output, beside `success` and `message`. */
  readonly fields: Record<string, unknown>;

  constructor(message: string, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = "ToolFailure";
    this.fields = fields;
  }
}

/** The output of a call that failed. `message` tells the model why. */
export function failedOutput(message: string, fields: Record<string, unknown> = {}): ToolOutput {
  return { ...fields, success: false, message };
}

export interface Toolbox {
  /** In the order they are offered to models. */
  readonly tools: readonly Tool[];
  get(name: string): Tool | undefined;
  /** Checks what a model (or a client) sent. `problem` is for the model: what was expected, what came. */
  parse(name: string, input: unknown): { input: Record<string, unknown> } | { problem: string };
}

/** One row of the journal. Its life: intended → started → done. */
export interface ToolCall {
  taskId: string;
  sessionId: string;
  messageId: string;
  toolCallId: string;
  toolName: string;
  input: unknown;
  state: "intended" | "started" | "done";
  /** Known from its start, for a checkable tool. */
  change: IntendedChange | null;
  output: ToolOutput | null;
  isError: boolean;
  durationMs: number | null;
}

/** Tool calls in chat_history.db: intents before, `started` before acting, the outcome at once. Synchronous. */
export interface ToolCallStore {
  intend(
    calls: readonly Pick<
      ToolCall,
      "taskId" | "sessionId" | "messageId" | "toolCallId" | "toolName" | "input"
    >[],
  ): void;
  start(
    taskId: string,
    toolCallId: string,
    options: { at: string; change?: IntendedChange | undefined },
  ): void;
  finish(
    taskId: string,
    toolCallId: string,
    outcome: { output: ToolOutput; isError: boolean; durationMs: number },
  ): void;
  /** Calls of the message, in call order. */
  ofMessage(messageId: string): ToolCall[];
  get(taskId: string, toolCallId: string): ToolCall | undefined;
}

export interface FetchedPage {
  /** After redirects. */
  url: string;
  status: number;
  mediaType: string;
  /** At most the fetcher's limit, decoded. */
  body: Uint8Array;
  truncated: boolean;
}

/** Fetches public web pages. Refuses every address that is not public, after resolution and on each redirect, with a ToolFailure. */
export interface WebFetcher {
  fetch(url: string, signal: AbortSignal): Promise<FetchedPage>;
}
