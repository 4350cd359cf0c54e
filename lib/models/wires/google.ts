import { asArray, asNumber, asRecord, asText } from "./records.ts";
import type { ListedModel, Wire } from "./wire.ts";

/** The Gemini API. */
export const google: Wire = {
  type: "google",
  defaultBaseUrl: "https://generativelanguage.googleapis.com/v1beta",
  versionSegment: null,
  keyVariable: "GEMINI_API_KEY",
  baseUrlVariable: "GOOGLE_GENERATIVE_AI_BASE_URL",
  mediaTypes: ["image/png", "image/jpeg", "image/webp", "application/pdf"],
  cacheWriteFactor: 1,
  async open({ modelKey, baseUrl, apiKey, fetch }) {
    const { createGoogle } = await import("@ai-sdk/google");
    return createGoogle({ baseURL: baseUrl, apiKey, fetch }).languageModel(modelKey);
  },
  options: ({ reasoningEffort }) =>
    reasoningEffort === "none"
      ? {}
      : {
          reasoning: reasoningEffort,
          providerOptions: { google: { thinkingConfig: { includeThoughts: true } } },
        },
  shape: (prompt) => prompt,
  listing: {
    path: "/models?pageSize=1000",
    headers: (apiKey) => ({ "x-goog-api-key": apiKey }),
    parse: (body) => asArray(asRecord(body)["models"]).flatMap(listedModel),
  },
};

const otherKinds = /embedding|tts|image|audio|live|aqa|robotics/;

function listedModel(value: unknown): ListedModel[] {
  const model = asRecord(value);
  const modelKey = asText(model["name"])?.replace(/^models\//, "");
  const canChat = asArray(model["supportedGenerationMethods"]).includes("generateContent");
  if (modelKey === undefined || !canChat || otherKinds.test(modelKey)) return [];
  const name = asText(model["displayName"]);
  const contextTokens = asNumber(model["inputTokenLimit"]);
  return [
    {
      modelKey,
      ...(name === undefined ? {} : { name }),
      ...(contextTokens === undefined ? {} : { contextTokens }),
    },
  ];
}
