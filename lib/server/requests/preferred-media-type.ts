/** The offered media type the caller would rather have; the first of the offers where it does not say. */
export function preferredMediaType(
  accept: string | undefined,
  offers: readonly string[],
): string | undefined {
  const ranges = (accept ?? "*/*").split(",").map(readRange);
  const weighed = offers.map((offer) => ({ offer, weight: weightOf(offer, ranges) }));
  const best = Math.max(...weighed.map(({ weight }) => weight));
  return weighed.find(({ weight }) => weight === best)?.offer;
}

interface Range {
  type: string;
  weight: number;
}

function readRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  const weight = Number(quality ?? 1);
  return { type, weight: Number.isFinite(weight) ? weight : 0 };
}

/** The most exact range decides, whatever the others weigh. */
function weightOf(offer: string, ranges: readonly Range[]): number {
  const candidates = [offer, `${offer.split("/")[0]}/*`, "*/*"];
  const exact = candidates.map((type) => ranges.find((range) => range.type === type));
  return exact.find((range) => range !== undefined)?.weight ?? 0;
}
