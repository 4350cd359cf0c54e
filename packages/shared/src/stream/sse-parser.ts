/** One event of a text/event-stream. */
export interface ServerSentEvent {
  /** `message` when the stream named none. */
  type: string;
  data: string;
  /** The last id the stream gave; empty when it gave none. */
  lastEventId: string;
}

export interface SseParser {
  /** Reads the next bytes, cut wherever the network cut them, and returns the events they complete. */
  push(bytes: Uint8Array): ServerSentEvent[];
  /** Milliseconds the stream asked to wait before coming back. */
  readonly retryMs: number | undefined;
}

/** An event this long is no event of ours. In UTF-16 code units. */
const eventCharsMax = 64 * 1024 * 1024;

/** As the HTML standard says: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream. What is incomplete at the end of the stream is dropped. */
export function createSseParser(): SseParser {
  const decoder = new TextDecoder(); // It takes the byte order mark away.
  /** The line whose end has not come yet, in pieces: joining them each time would cost the square of its length. */
  let pieces: string[] = [];
  let heldChars = 0;
  let endedWithReturn = false;
  let type = "";
  let data: string[] = [];
  let lastEventId = "";
  let retryMs: number | undefined;

  const dispatch = (events: ServerSentEvent[]) => {
    if (data.length > 0) events.push({ type: type || "message", data: data.join("\n"), lastEventId });
    type = "";
    data = [];
    heldChars = 0;
  };
  const field = (name: string, value: string) => {
    if (name === "data") data.push(value);
    else if (name === "event") type = value;
    else if (name === "id" && !value.includes("\0")) lastEventId = value;
    else if (name === "retry" && /^\d{1,9}$/.test(value)) retryMs = Number(value);
  };
  const takeLine = (line: string, events: ServerSentEvent[]) => {
    if (line === "") return dispatch(events);
    const colon = line.indexOf(":");
    if (colon === 0) return; // A comment.
    if (colon === -1) return field(line, "");
    field(line.slice(0, colon), line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1));
  };
  const hold = (text: string) => {
    if (text !== "") pieces.push(text);
    heldChars += text.length;
    if (heldChars > eventCharsMax)
      throw new RangeError(`An event is longer than ${eventCharsMax} characters.`);
  };
  return {
    push(bytes) {
      const events: ServerSentEvent[] = [];
      let text = decoder.decode(bytes, { stream: true });
      if (text === "") return events;
      if (endedWithReturn && text.startsWith("\n")) text = text.slice(1);
      endedWithReturn = text.endsWith("\r");

      let start = 0;
      for (const end of text.matchAll(/\r\n|\r|\n/g)) {
        hold(text.slice(start, end.index));
        const line = pieces.length === 1 ? (pieces[0] ?? "") : pieces.join("");
        pieces = [];
        takeLine(line, events);
        start = end.index + end[0].length;
      }
      hold(text.slice(start));
      return events;
    },
    get retryMs() {
      return retryMs;
    },
  };
}
