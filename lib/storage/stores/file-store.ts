import { AppError } from "../../errors.ts";
import type { FileStore } from "../../file.ts";
import type { Database } from "../database/database.ts";
import { type FileRow, toFile } from "./file-row.ts";

/** `remove` throws file-in-use rather than leave a message with a hole. */
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
    get: (id) => {
      const row = select.get(id);
      return row ? toFile(row) : undefined;
    },
    isInUse,
    remove: (id) => {
      if (isInUse(id)) throw new AppError("file-in-use", `A message refers to file ${id}; it stays.`);
      remove.run(id);
    },
  };
}
