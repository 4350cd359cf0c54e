import type { ModelClient, ModelEvent } from "../../model.ts";
import type { Masker, Masking } from "../../ports/masking.ts";
import type { SecretMask } from "../../settings.ts";

/** Masks the secrets of the server in what models write, also when they come in pieces. */
export function maskedModels(models: ModelClient, masking: Masking): ModelClient {
  return {
    stream: (request) => maskedEvents(models.stream(request), masking.of("values")),
    problemWith: (model) => models.problemWith(model),
    list: () => models.list(),
  };
}

type TextType = "text" | "reasoning";

async function* maskedEvents(
  events: AsyncIterable<ModelEvent>,
  mask: SecretMask,
): AsyncGenerator<ModelEvent, void, undefined> {
  let open: { type: TextType; masker: Masker } | undefined;
  for await (const event of events) {
    const type = textTypeOf(event);
    if (open !== undefined && open.type !== type) {
      yield* textEvents(open.type, open.masker.end());
      open = undefined;
    }
    if (event.type === "text" || event.type === "reasoning") {
      open ??= { type: event.type, masker: mask.masker() };
      yield* textEvents(event.type, open.masker.push(event.text));
    } else {
      yield event.type === "tool-call" ? { ...event, input: mask.text(event.input) } : event;
    }
  }
}

function textTypeOf({ type }: ModelEvent): TextType | undefined {
  return type === "text" || type === "reasoning" ? type : undefined;
}

function* textEvents(type: TextType, text: string): Generator<ModelEvent, void, undefined> {
  if (text !== "") yield { type, text };
}
