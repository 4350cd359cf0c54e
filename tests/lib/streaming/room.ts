import { onTestFinished } from "vitest";
import { notFound } from "../../../lib/errors.ts";
import type { Event, StreamFrame } from "../../../lib/event.ts";
import type { Snapshot } from "../../../lib/session.ts";
import type { Storage } from "../../../lib/ports/storage.ts";
import { createEventFeed } from "../../../lib/streaming/index.ts";
import * as temp from "../storage/temp-storage.ts";

/** A feed over a real log. */
export function openRoom(options: { recentEventsMax?: number; recentCharactersMax?: number } = {}) {
  const folder = temp.tempFolder();
  const storage = temp.open(folder);
  const snapshot = (sessionId: string) => snapshotOf(storage, sessionId);
  const feed = createEventFeed({ log: storage.events, snapshot, ...options });
  return { folder, storage, feed, sessionId: temp.addSession(storage) };
}

export function say(storage: Storage, sessionId: string, ...texts: string[]): Event[] {
  return storage.atomically("request.change", () =>
    storage.events.append(
      sessionId,
      texts.map((text) => temp.token(text)),
    ),
  );
}

/** Reads a stream in the background. */
export function readAll(stream: AsyncIterable<readonly StreamFrame[]>) {
  const frames: StreamFrame[] = [];
  const done = (async () => {
    for await (const batch of stream) frames.push(...batch);
  })();
  return { frames, done };
}

/** A signal that ends with the test. */
export function ending(): AbortController {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  return controller;
}

export function texts(frames: readonly StreamFrame[]): string[] {
  return frames.map((frame) => {
    if (frame.type === "token") return frame.data.text;
    return frame.type === "gap" ? `gap ${frame.data.reason} ${frame.data.firstId}` : frame.type;
  });
}

function snapshotOf(storage: Storage, sessionId: string): Snapshot {
  const session = storage.sessions.get(sessionId);
  const workspace = session && storage.workspaces.get(session.workspaceId);
  if (!session || !workspace) throw notFound("session", sessionId);
  return { session, workspace, activeTask: session.activeTask, actions: [], streaming: null, queue: [] };
}
