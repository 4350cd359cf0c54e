import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { openaiListing } from "./openai-listing.ts";
import { asText } from "./records.ts";
import type { Wire } from "./wire.ts";

/** OpenAI's Responses API with `store: false`: reasoning arrives encrypted and is sent back with the next request. */
export const openai: Wire = {
  type: "openai",
  defaultBaseUrl: "https://api.openai.com/v1",
  versionSegment: null,
  keyVariable: "OPENAI_API_KEY",
  baseUrlVariable: "OPENAI_BASE_URL",
  mediaTypes: ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"],
  cacheWriteFactor: 1,
  async open({ modelKey, baseUrl, apiKey, fetch }) {
    const { createOpenAI } = await import("@ai-sdk/openai");
    return createOpenAI({ baseURL: baseUrl, apiKey, fetch }).responses(modelKey);
  },
  options: ({ reasoningEffort }) => ({
    // By default the API would make every property of a tool schema required.
    strictTools: false,
    providerOptions: {
      openai: {
        store: false,
        ...(reasoningEffort === "none" ? {} : { reasoningEffort, reasoningSummary: "auto" }),
      },
    },
  }),
  shape: withoutUnencryptedReasoning,
  listing: openaiListing({ onlyKnownChatModels: true }),
};

/** Drops reasoning without encrypted content: the API has not stored it and would refuse it. */
function withoutUnencryptedReasoning(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  const encrypted = new Set(prompt.flatMap(encryptedItems));
  return prompt.map((message) => {
    if (message.role !== "assistant") return message;
    const content = message.content.filter(
      (part) =>
        part.type !== "reasoning" || encrypted.has(asText(part.providerOptions?.["openai"]?.["itemId"])),
    );
    return { ...message, content };
  });
}

function encryptedItems(message: LanguageModelV4Message): (string | undefined)[] {
  if (message.role !== "assistant") return [];
  return message.content.flatMap((part) => {
    const known = part.type === "reasoning" ? part.providerOptions?.["openai"] : undefined;
    return asText(known?.["reasoningEncryptedContent"]) === undefined ? [] : [asText(known?.["itemId"])];
  });
}
