import { ReplicaError, type StoredObject } from "../../operating/object-store.ts";

/** Reads one page of ListObjectsV2. `next` is the token for the page after it. Throws ReplicaError when it is none. */
export function readListing(xml: string): { objects: StoredObject[]; next: string | undefined } {
  if (!/<ListBucketResult[\s>]/.test(xml))
    throw new ReplicaError(
      "unreachable",
      "The server at the address of the replica does not answer like an S3 bucket.",
    );
  const objects = [...xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].map(([, entry = ""]) => ({
    key: element(entry, "Key") ?? "",
    sizeBytes: Number(element(entry, "Size")),
  }));
  const isMore = element(xml, "IsTruncated") === "true";
  return { objects, next: isMore ? element(xml, "NextContinuationToken") : undefined };
}

/** The text of the first element with this name. */
export function element(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];
  return found?.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, entity: string) => character(entity) ?? whole);
}

const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function character(entity: string): string | undefined {
  if (!entity.startsWith("#")) return named[entity];
  const isHex = entity[1] === "x" || entity[1] === "X";
  return String.fromCodePoint(parseInt(entity.slice(isHex ? 2 : 1), isHex ? 16 : 10));
}
