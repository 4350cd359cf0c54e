import type { Provider } from "../settings.ts";
import { baseUrlOf } from "./providers.ts";
import type { ListedModel, Wire } from "./wires/wire.ts";

const answerTimeoutMs = 3_000;
const answerBytesMax = 8 * 1024 * 1024;

/** The models that a provider lists. Rejects with what `modelErrorFrom` understands, also when the list is too long or too late. */
export async function fetchModels(
  provider: Provider,
  wire: Wire,
  fetch: typeof globalThis.fetch,
): Promise<ListedModel[]> {
  const response = await fetch(`${baseUrlOf(provider, wire)}${wire.listing.path}`, {
    headers: { accept: "application/json", ...wire.listing.headers(provider.apiKey ?? "") },
    redirect: "manual",
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  const body = await boundedText(response);
  if (!response.ok)
    throw Object.assign(new Error(response.statusText), { statusCode: response.status, responseBody: body });
  return wire.listing.parse(JSON.parse(body));
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > answerBytesMax)
      throw new Error(`The list of models is longer than ${answerBytesMax} bytes.`);
  }
  return text;
}
