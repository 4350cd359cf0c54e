import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { Action } from "./action.ts";
import type { ToolOutput } from "./message.ts";
import type { HeardStream } from "./event.ts";
import type { SecretMask } from "./settings.ts";
import type { WorkspaceHost } from "./workspace.ts";

export type ToolSpec = Schemas["ToolSpec"];
export type ToolEffect = Schemas["ToolEffect"];
export type { ToolOutput } from "./message.ts";

/** What a person is asked about. `never`: the tool only reads. For the others an action is created, unless a rule or a setting allows the call. */
export type ToolAsks = "never" | "edit" | "command" | "fetch" | "plan" | "question";

export interface ToolContext {
  host: WorkspaceHost;
  fetch: WebFetcher;
  taskId: string;
  toolCallId: string;
  /** Aborted when the task is cancelled or the server stops. The tool must end soon and leave no process behind. */
  signal: AbortSignal;
  /** The time that a command may take. */
  timeoutMs: number;
  /** Live output of a command. */
  onOutput(stream: "stdout" | "stderr", text: string): void;
  /** Masks what the tool reads, before it is cut or kept. The output of the call is masked again as a whole. */
  mask: SecretMask;
  /** The resolved action, for tools that present a plan or ask questions. */
  decision: Action | null;
}

export type EndedCall = Pick<ToolContext, "host" | "taskId" | "toolCallId">;

export interface Preview {
  /** For a person: a unified diff, or the text of a plan. Null when the input shows everything. */
  preview: string | null;
  /** The state of what the call would touch, such as the hash of a file. An approval holds only for the same revision. */
  revision: string;
}

/** States of what a call touches, for example hashes. */
export interface Revisions {
  present: string;
  /** The state after the call. Throws a ToolFailure when the call cannot work. */
  after(): string;
}

/** The states before and after a call that was about to run. */
export interface IntendedChange {
  before: string;
  after: string;
}

/** A call that is cut while it runs, because its task ends. */
export interface CutCall extends Pick<ToolContext, "taskId" | "toolCallId"> {
  /** Why the task ended, such as `Cancelled`. */
  reason: string;
  heard: Readonly<Record<"stdout" | "stderr", HeardStream>>;
}

/** A tool. Its code is in `<tool>.ts`, its description for the model in `<tool>.md`. Every method gets input that is valid against `inputSchema`. */
export interface Tool {
  name: string;
  description: string;
  /** JSON Schema, draft 2020-12, with `additionalProperties: false`. */
  inputSchema: Record<string, unknown>;
  effect: ToolEffect;
  asks: ToolAsks;
  /** The text that permission patterns are matched against: the command, the path relative to the workspace, or the URL. */
  subject(input: Record<string, unknown>, host: WorkspaceHost): string;
  /** Shows what the call would do, without doing it. Throws a ToolFailure when the call cannot work; then nobody is asked. */
  preview?(input: Record<string, unknown>, host: WorkspaceHost): Promise<Preview>;
  /** For a `checkable` tool. Read before the call, and after a crash to find out whether the call took effect. */
  revisions?(input: Record<string, unknown>, host: WorkspaceHost): Promise<Revisions>;
  /** For a `checkable` tool: makes the present state survive a power cut. */
  sync?(input: Record<string, unknown>, host: WorkspaceHost): Promise<void>;
  /** After a crash: fields for the result of an interrupted call, such as its output until then. */
  remains?(input: Record<string, unknown>, context: EndedCall): Promise<Record<string, unknown>>;
  /** The result of a call that is cut while it runs, with what it had written. Without it, its effects are called unknown. */
  cut?(input: Record<string, unknown>, call: CutCall): ToolOutput;
  /** Returns a failure that the model can act on as a value (`success: false`). */
  run(input: Record<string, unknown>, context: ToolContext): Promise<ToolOutput>;
}

/** Thrown by a tool. The model reads the message. */
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
  /** In the order in which models get them. */
  readonly tools: readonly Tool[];
  get(name: string): Tool | undefined;
  /** Checks the input from a model or a client. `problem` tells the model what was expected and what came. */
  parse(name: string, input: unknown): { input: Record<string, unknown> } | { problem: string };
}

/** A recorded tool call. Its states in order: intended, started, done. */
export interface ToolCall {
  taskId: string;
  sessionId: string;
  messageId: string;
  toolCallId: string;
  toolName: string;
  input: unknown;
  state: "intended" | "started" | "done";
  /** Set at the start, for a `checkable` tool. */
  change: IntendedChange | null;
  output: ToolOutput | null;
  isError: boolean;
  durationMs: number | null;
}

export interface FetchedPage {
  /** After redirects. */
  url: string;
  status: number;
  mediaType: string;
  /** Decoded, and cut at the limit of the fetcher. */
  body: Uint8Array;
  truncated: boolean;
}

/** Fetches public web pages. Throws a ToolFailure for an address that is not public, after resolution and at each redirect. */
export interface WebFetcher {
  fetch(url: string, signal: AbortSignal): Promise<FetchedPage>;
}
