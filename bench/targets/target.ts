import type { ModelKey } from "../model/keys.ts";

/** A server under measurement. Everything goes through its public HTTP interface. */
export interface Target {
  name: string;
  /** Starts a fresh server on empty data and resolves at its first good answer. */
  start(options: StartOptions): Promise<RunningTarget>;
}

export interface StartOptions {
  /** Base URL of the local model server. */
  modelUrl: string;
  /** An empty folder for everything. */
  folder: string;
}

export interface RunningTarget {
  pid: number;
  /** From spawn to the first good answer, in milliseconds. */
  startMs: number;
  createSession(): Promise<string>;
  /** Resolves when the prompt is accepted. */
  send(sessionId: string, model: ModelKey): Promise<void>;
  /** A session made and prompted, in as few requests as the server allows. */
  createAndSend(model: ModelKey): Promise<string>;
  /** Resolves when the stream is open. It tells what happens from then on or, from "start", what has happened before as well, where the server can. */
  follow(sessionId: string, listener: Listener, from: "now" | "start"): Promise<Following>;
  /** Resolves when the process is gone. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export interface Listener {
  /** A piece of the answer, with the time it came in on the monotonic clock. */
  onText(text: string, at: number): void;
  /** The agent has ended its turn. */
  onIdle(at: number): void;
}

export interface Following {
  close(): void;
  /** Cuts the connection and comes back after `ms`, as a client with a bad line would. */
  interrupt(ms: number): Promise<void>;
}
