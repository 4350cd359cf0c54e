import { request, type IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import type { TestServer } from "../server/server.ts";
import { until } from "../until.ts";

/** A reader that has stopped reading, its connection open. Going on, it hears what was kept for it until it has caught up or was cut. */
export interface PausedReader {
  /** Reads to the event; resolves to the ids of all events read, and whether the server had cut the line before. */
  goOn(lastEventId: string): Promise<{ ids: string[]; wasCut: boolean }>;
  close(): void;
}

const eventIds = /(?:^id: |"event":\{"id":")(evt_\d{4}_\d{10})/gm;

export async function pausedSseReader(server: TestServer, sessionId: string): Promise<PausedReader> {
  const headers = { "x-api-key": server.key, accept: "text/event-stream" };
  const url = `${server.url}/v1/sessions/${sessionId}/events`;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { headers, agent: false }, resolve).on("error", reject).end();
  });
  return reader({
    listen: (onText, onClose) => {
      response.setEncoding("utf8");
      response.on("data", onText).on("error", onClose).on("close", onClose);
    },
    close: () => response.destroy(),
  });
}

export async function pausedSocketReader(server: TestServer, sessionId: string): Promise<PausedReader> {
  const socket = new WebSocket(`${server.url.replace(/^http/, "ws")}/v1/ws`, {
    headers: { "x-api-key": server.key },
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  socket.send(JSON.stringify({ type: "subscribe", id: "1", sessionId }));
  socket.pause();
  return reader({
    listen: (onText, onClose) => {
      socket.on("message", (bytes: Buffer) => onText(bytes.toString())).on("close", onClose);
      socket.on("error", onClose);
      socket.resume();
    },
    close: () => socket.terminate(),
  });
}

interface Source {
  listen(onText: (text: string) => void, onClose: () => void): void;
  close(): void;
}

function reader({ listen, close }: Source): PausedReader {
  return {
    close,
    goOn: async (lastEventId) => {
      const ids: string[] = [];
      let rest = "";
      let wasCut = false;
      const onText = (text: string) => {
        const lines = (rest + text).split("\n");
        // A frame of the socket is whole; of a stream the last line may be half.
        rest = text.startsWith("{") ? "" : (lines.pop() ?? "");
        for (const [, id = ""] of lines.join("\n").matchAll(eventIds)) ids.push(id);
      };
      listen(onText, () => (wasCut = true));
      await until("the reader has caught up", () => wasCut || ids.at(-1) === lastEventId, {
        seen: () => ids.at(-1),
      });
      close();
      return { ids, wasCut };
    },
  };
}
