import type { components } from "./contract.gen.ts";

/** Every schema of the contract by name: `Schemas["Session"]`. */
export type Schemas = components["schemas"];
export { routes } from "./routes.gen.ts";
export type { OperationId } from "./routes.gen.ts";
export { createClient } from "./client.ts";
export type { Client } from "./client.ts";
export type { AnswerOf, Bytes, Operation, RequestOf } from "./operation.ts";
export { NetworkError, ProblemError } from "./problem.ts";
export { followSession } from "./event-stream.ts";
export type { FollowOptions, StreamState } from "./event-stream.ts";
export type { Event, GapFrame, SnapshotFrame, StreamFrame } from "./frames.ts";
export { loadHistory } from "./history.ts";
export type { HistoryFrame } from "./history.ts";
export { reduce } from "./reducer.ts";
export { allMessages, emptyState } from "./session-state.ts";
export type { LiveOutput, SessionState, ToolCall } from "./session-state.ts";
export { openSocket } from "./web-socket.ts";
export type { SocketClient, SocketOptions } from "./web-socket.ts";
export type { Subscriber } from "./subscriptions.ts";
