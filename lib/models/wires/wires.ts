import type { ProviderType } from "../../settings.ts";
import { anthropic } from "./anthropic.ts";
import { google } from "./google.ts";
import { openai } from "./openai.ts";
import { openaiCompatible } from "./openai-compatible.ts";
import type { Wire } from "./wire.ts";

/** Every type of provider that is reached over the network. A new one is one file and one entry here. */
export const wires: readonly Wire[] = [openai, anthropic, google, openaiCompatible];

export function wireOf(type: ProviderType): Wire | undefined {
  return wires.find((wire) => wire.type === type);
}
