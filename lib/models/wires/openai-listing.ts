import { asArray, asNumber, asRecord, asText } from "./records.ts";
import type { ListedModel, Wire } from "./wire.ts";

/** `GET /models`. OpenAI lists models of every kind with an id only, so those that cannot chat are recognised by name. */
export function openaiListing({ onlyKnownChatModels }: { onlyKnownChatModels: boolean }): Wire["listing"] {
  return {
    path: "/models",
    headers: (apiKey) => (apiKey === "" ? {} : { authorization: `Bearer ${apiKey}` }),
    parse: (body) => {
      const listed = asArray(asRecord(body)["data"]).flatMap(listedModel);
      return onlyKnownChatModels ? listed.filter(({ modelKey }) => !otherKinds.test(modelKey)) : listed;
    },
  };
}

const otherKinds =
  /embedding|whisper|tts|transcribe|dall-e|image|moderation|audio|realtime|davinci|babbage|sora|instruct|live/;

function listedModel(value: unknown): ListedModel[] {
  const { id, name, ...rest } = asRecord(value);
  const modelKey = asText(id);
  if (modelKey === undefined) return [];
  // OpenRouter, Groq and vLLM each have their own name for this field.
  const contextTokens = asNumber(rest["context_length"] ?? rest["context_window"] ?? rest["max_model_len"]);
  const known = asText(name);
  return [
    {
      modelKey,
      ...(known === undefined ? {} : { name: known }),
      ...(contextTokens === undefined ? {} : { contextTokens }),
    },
  ];
}
