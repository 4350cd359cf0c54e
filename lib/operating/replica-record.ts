/** The bytes of a file that the replica may not have yet. */
export interface MissingBytes {
  fileId: string;
  sha256: string;
  sizeBytes: number;
  /** Whether the replica already has these bytes because of another file. */
  isThere: boolean;
}

/** Which bytes a replica has. Stored in chat_history.db, so that an upload that a kill interrupted is resumed. Synchronous. */
export interface ReplicaRecord {
  /** Sorted by file id, starting after `after`. */
  missing(place: string, page: { after: string; limit: number }): MissingBytes[];
  count(place: string): number;
  /** Records that the replica has the bytes, for all files that share them. */
  settle(sha256: string, place: string): void;
  /** Hashes that no file has referred to since `before`. */
  unwanted(before: string, limit: number): string[];
  /** Records that the bytes are no longer in the replica. */
  forget(sha256: string): void;
  /** Calls the listener after each commit that stores a file. */
  onAdded(listener: () => void): void;
}
