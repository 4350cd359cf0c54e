import type { ModelKey } from "../model/keys.ts";

/** A server to measure, through its public HTTP interface only. */
export interface Target {
  name: string;
  /** Starts a server without data and resolves at its first successful answer. */
  start(options: StartOptions): Promise<RunningTarget>;
}

export interface StartOptions {
  /** Base URL of the local model server. */
  modelUrl: string;
  /** An empty folder for all its files. */
  folder: string;
}

export interface RunningTarget {
  pid: number;
  /** From the start of the process to its first successful answer, in milliseconds. */
  startMs: number;
  createSession(): Promise<string>;
  /** Resolves when the prompt is accepted. */
  send(sessionId: string, model: ModelKey): Promise<void>;
  /** Creates a session and prompts it, in as few requests as the server allows. */
  createAndSend(model: ModelKey): Promise<string>;
  /** Resolves when the stream is open. With "start", it also reports what happened before, where the server can. */
  follow(sessionId: string, listener: Listener, from: "now" | "start"): Promise<Following>;
  /** Resolves when the process is gone. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export interface Listener {
  /** A piece of the answer; `at` is its arrival on the monotonic clock. */
  onText(text: string, at: number): void;
  /** The agent has ended its turn. */
  onIdle(at: number): void;
}

export interface Following {
  close(): void;
  /** Cuts the connection and opens it again after `ms`, like a client with a bad network. */
  interrupt(ms: number): Promise<void>;
}
