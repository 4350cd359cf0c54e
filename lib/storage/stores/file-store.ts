import { AppError } from "../../errors.ts";
import type { File, FileStore } from "../../file.ts";
import type { Database } from "../database/database.ts";

/** `remove` throws file-in-use when a message refers to the file. */
export function createFileStore(database: Database, onCreate: () => void): FileStore {
  const insert = database.statement(
    "INSERT INTO files (id, name, media_type, size_bytes, sha256, created_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const select = database.statement<FileRow>("SELECT * FROM files WHERE id = ?");
  const use = database.statement("SELECT 1 FROM message_files WHERE file_id = ? LIMIT 1");
  const remove = database.statement("DELETE FROM files WHERE id = ?");
  const isInUse = (id: string) => use.get(id) !== undefined;

  return {
    create: ({ id, name, mediaType, sizeBytes, sha256, createdAt }) => {
      insert.run(id, name, mediaType, sizeBytes, sha256, createdAt);
      onCreate();
    },
    get: (id) => select.all(id).map(toFile)[0],
    isInUse,
    remove: (id) => {
      if (isInUse(id))
        throw new AppError("file-in-use", `A message refers to file ${id}, so it cannot be removed.`);
      remove.run(id);
    },
  };
}

export interface FileRow {
  id: string;
  name: string;
  media_type: string;
  size_bytes: number;
  sha256: string;
  created_at: string;
}

export function toFile(row: FileRow): File {
  return {
    id: row.id,
    name: row.name,
    mediaType: row.media_type,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    createdAt: row.created_at,
  };
}
