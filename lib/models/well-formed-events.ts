import type { ModelEvent } from "../model.ts";
import { wellFormed } from "../well-formed.ts";

/** The same events with well-formed text. A surrogate pair that arrives in two pieces is joined. */
export async function* wellFormedEvents(
  events: AsyncIterable<ModelEvent>,
): AsyncGenerator<ModelEvent, void, undefined> {
  let held = "";
  let heldType: TextEvent["type"] = "text";
  for await (const event of events) {
    const isContinued = isText(event) && event.type === heldType;
    if (held !== "" && !isContinued) yield { type: heldType, text: "\uFFFD" };
    if (!isText(event)) {
      held = "";
      yield wellFormed(event);
      continue;
    }
    const text = isContinued ? held + event.text : event.text;
    held = /[\uD800-\uDBFF]$/.exec(text)?.[0] ?? "";
    heldType = event.type;
    const whole = text.slice(0, text.length - held.length);
    if (whole !== "") yield { type: event.type, text: whole.toWellFormed() };
  }
}

type TextEvent = Extract<ModelEvent, { text: string }>;

function isText(event: ModelEvent): event is TextEvent {
  return event.type === "text" || event.type === "reasoning";
}
