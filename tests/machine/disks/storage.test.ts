import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Storage } from "../../../lib/ports/storage.ts";
import { mountSmall } from "./small-disk.ts";
import * as temp from "../../lib/storage/temp-storage.ts";

const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
const unmount = mountSmall(folder, "4m");
afterAll(() => {
  unmount();
  rmSync(folder, { recursive: true, force: true });
});

/** Appends until the disk is full; returns what it failed with and how many events were acknowledged. */
function fill(storage: Storage, session: string): { failure: unknown; acknowledged: number } {
  for (let acknowledged = 0; acknowledged < 1000; acknowledged++) {
    const append = () =>
      storage.atomically("request.change", () =>
        storage.events.append(session, [temp.token("x".repeat(20_000))]),
      );
    const failure = temp.thrownBy(append);
    if (failure !== undefined) return { failure, acknowledged };
  }
  throw new Error("The disk never filled.");
}

test("a full disk refuses writes with storage-full, keeps reading, and works again after room", async () => {
  const ballast = join(folder, "ballast");
  writeFileSync(ballast, Buffer.alloc(1_500_000));
  const storage = temp.open(folder);
  const session = temp.addSession(storage);
  const told: string[] = [];
  storage.events.onCommitted((_, events) => told.push(...events.map(({ id }) => id)));

  const { failure, acknowledged } = fill(storage, session);
  expect(failure).toMatchObject({ code: "storage-full" });
  expect(told).toHaveLength(acknowledged);
  expect(storage.events.bounds(session).lastSequence).toBe(acknowledged);
  expect(storage.events.read(session, 0, 1000)).toHaveLength(acknowledged);
  expect(storage.sessions.list({ limit: 9, archived: false, search: "session" })).toHaveLength(1);
  async function* large() {
    for (let round = 0; round < 50; round++) yield Buffer.alloc(20_000);
  }
  await expect(storage.attachments.receive(large())).rejects.toMatchObject({ code: "storage-full" });

  rmSync(ballast);
  const [event] = storage.atomically("request.change", () =>
    storage.events.append(session, [temp.token("again")]),
  );
  expect(event?.id).toBe(`evt_0001_${String(acknowledged + 1).padStart(10, "0")}`);
  storage.close();
  expect(temp.open(folder).events.bounds(session).lastSequence).toBe(acknowledged + 1);
});
