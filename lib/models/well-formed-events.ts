import type { ModelEvent } from "../model.ts";
import { wellFormed } from "../well-formed.ts";

/** The same events in well-formed text. A pair whose halves come in two pieces is put together. */
export async function* wellFormedEvents(
  events: AsyncIterable<ModelEvent>,
): AsyncGenerator<ModelEvent, void, undefined> {
  let held = "";
  let heldType: Spoken["type"] = "text";
  for await (const event of events) {
    const isContinued = isSpoken(event) && event.type === heldType;
    if (held !== "" && !isContinued) yield { type: heldType, text: "\uFFFD" };
    if (!isSpoken(event)) {
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

type Spoken = Extract<ModelEvent, { text: string }>;

function isSpoken(event: ModelEvent): event is Spoken {
  return event.type === "text" || event.type === "reasoning";
}
