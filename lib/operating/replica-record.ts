/** Bytes of a file that the replica may not have yet. */
export interface MissingBytes {
  fileId: string;
  sha256: string;
  sizeBytes: number;
  /** They were put there for another file. */
  isThere: boolean;
}

/** Which bytes a replica has, on record in chat_history.db: what a kill cut short is found there again. Synchronous. */
export interface ReplicaRecord {
  /** By the id of the file, from behind `after`. */
  missing(place: string, page: { after: string; limit: number }): MissingBytes[];
  count(place: string): number;
  /** The place has the bytes, for all files that have these. */
  settle(sha256: string, place: string): void;
  /** Bytes that no file refers to any more, and none did since. */
  unwanted(before: string, limit: number): string[];
  /** They are gone from the replica. */
  forget(sha256: string): void;
  /** Hears of each file after the commit that stored it. */
  onAdded(listener: () => void): void;
}
