/** One event of a text/event-stream. */
export interface ServerSentEvent {
  /** The `event` field, or `message` without one. */
  type: string;
  data: string;
  /** The last id that the stream has sent, or an empty string. */
  lastEventId: string;
}

export interface SseParser {
  /** Takes the next bytes, which may end anywhere, and returns the events that they complete. */
  push(bytes: Uint8Array): ServerSentEvent[];
  /** Milliseconds to wait before reconnecting, when the stream has asked for it. */
  readonly retryMs: number | undefined;
}

/** No event of the contract is this long. In UTF-16 code units. */
const eventCharsMax = 64 * 1024 * 1024;

interface Context {
  readonly decoder: InstanceType<typeof TextDecoder>;
  /** The current, incomplete line in pieces: joining them for each chunk would cost the square of its length. */
  pieces: string[];
  /** Length of the lines of the current event, and of `pieces`. */
  heldChars: number;
  endedWithReturn: boolean;
  type: string;
  data: string[];
  lastEventId: string;
  retryMs: number | undefined;
}

/**
 * Parses as the HTML standard says:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream.
 * An incomplete event at the end of the stream is dropped.
 */
export function createSseParser(): SseParser {
  const context: Context = {
    decoder: new TextDecoder(), // It removes the byte order mark.
    pieces: [],
    heldChars: 0,
    endedWithReturn: false,
    type: "",
    data: [],
    lastEventId: "",
    retryMs: undefined,
  };
  return {
    push: (bytes) => push(context, bytes),
    get retryMs() {
      return context.retryMs;
    },
  };
}

function push(context: Context, bytes: Uint8Array): ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  let text = context.decoder.decode(bytes, { stream: true });
  if (text === "") return events;
  if (context.endedWithReturn && text.startsWith("\n")) text = text.slice(1);
  context.endedWithReturn = text.endsWith("\r");
  let start = 0;
  for (const end of text.matchAll(/\r\n|\r|\n/g)) {
    hold(context, text.slice(start, end.index));
    takeLine(context, heldLine(context), events);
    start = end.index + end[0].length;
  }
  hold(context, text.slice(start));
  return events;
}

function hold(context: Context, text: string): void {
  if (text !== "") context.pieces.push(text);
  context.heldChars += text.length;
  if (context.heldChars > eventCharsMax)
    throw new RangeError(`An event of the stream is longer than ${eventCharsMax} characters.`);
}

function heldLine(context: Context): string {
  const { pieces } = context;
  context.pieces = [];
  return pieces.length === 1 ? (pieces[0] ?? "") : pieces.join("");
}

function takeLine(context: Context, line: string, events: ServerSentEvent[]): void {
  if (line === "") return dispatch(context, events);
  const colon = line.indexOf(":");
  if (colon === 0) return; // A comment.
  if (colon === -1) return takeField(context, line, "");
  takeField(context, line.slice(0, colon), line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1));
}

function takeField(context: Context, name: string, value: string): void {
  if (name === "data") context.data.push(value);
  else if (name === "event") context.type = value;
  else if (name === "id" && !value.includes("\0")) context.lastEventId = value;
  else if (name === "retry" && /^\d{1,9}$/.test(value)) context.retryMs = Number(value);
}

/** Ends the current event; one without data is dropped. */
function dispatch(context: Context, events: ServerSentEvent[]): void {
  const { data, type, lastEventId } = context;
  if (data.length > 0) events.push({ type: type || "message", data: data.join("\n"), lastEventId });
  context.type = "";
  context.data = [];
  context.heldChars = 0;
}
