import "diff"; // Loaded before the first step: reading a module takes real time.
import { createAudit } from "./audit/audit.ts";
import { checkMessages, checkReader } from "./audit/audit-clients.ts";
import { createFaults } from "./world/faults.ts";
import { createIntents } from "./world/intents.ts";
import { createLives, quiet } from "./lives.ts";
import { createClients } from "./draws/moves.ts";
import { createRandom } from "./draws/random.ts";
import type { Trouble } from "./world/reach.ts";
import { createReader, type Reader } from "./reader.ts";
import { createRequests } from "./draws/requests.ts";
import type { Sabotage, Stage } from "./stage.ts";
import { createTime } from "./world/time.ts";
import type { Trace } from "./audit/trace.ts";

export interface WorldOptions {
  seed: number;
  dataDir: string;
  trace: Trace;
  sabotage?: Sabotage | undefined;
}

export type World = ReturnType<typeof createWorld>;

/** Everything of one seed: the stage, the runs of the server, its clients, and those who look whether all is well. */
export function createWorld({ seed, dataDir, trace, sabotage = {} }: WorldOptions) {
  const random = createRandom(seed);
  const faults = createFaults(random);
  const stage: Stage = {
    random,
    faults,
    trace,
    sabotage,
    time: createTime(),
    intents: createIntents(),
    folders: new Map(),
    heads: new Map(),
    saidMuch: false,
    breach: undefined,
  };
  const audit = createAudit();
  const requests = createRequests(stage);
  const clients = createClients(stage, requests);
  const readers = new Map<string, Reader[]>();
  let trouble: Trouble | undefined;
  let hasCommitted = false;
  let isPruned = false;
  let isStopping = false;
  let checks = 0;

  const lives = createLives({
    stage,
    dataDir,
    random: createRandom(seed + 2 ** 20),
    trouble: () => trouble,
    onCommit: (point) => {
      hasCommitted = true;
      if (point.startsWith("log.")) isPruned = true;
    },
    checkApproval: (command) => {
      const server = lives.current;
      const sessionId = stage.intents.sessionOf(command);
      if (server && sessionId) audit.checkApproval(server.storage, sessionId, command);
    },
  });

  const end = () => {
    const life = lives.current?.life;
    lives.end();
    if (life) requests.letGo(life);
    for (const reader of [...readers.values()].flat()) reader.cut();
    isStopping = false;
  };

  return {
    stage,
    clients,
    requests,
    lives,
    readers,
    get isStopping() {
      return isStopping;
    },
    /** Refuses all writes for so long. */
    beginTrouble: (code: Trouble["code"], ms: number) => {
      trouble = { code, untilMs: stage.time.elapsedMs + ms };
    },
    endTrouble: () => (trouble = undefined),
    end,
    /** As a deploy does; the next run begins when it has ended. */
    stop: (graceMs: number) => {
      isStopping = true;
      const { current } = lives;
      lives.stop(graceMs).then(
        () => lives.current === current && end(),
        () => lives.current === current && end(), // The disk was full to the last: as if it had been killed.
      );
    },
    /** Somebody looks at a session for the first time, or again. */
    read: (sessionId: string) => {
      const server = lives.current;
      if (server === undefined) return;
      const own = readers.get(sessionId) ?? [];
      readers.set(sessionId, own);
      const resting = own.find((reader) => !reader.isConnected);
      if (resting === undefined && own.length >= 2) {
        faults.count("reader cut");
        return own[0]?.cut();
      }
      const isSuperseded = (sequence: number) => audit.isSuperseded(sessionId, sequence);
      const isLetGo = (sequence: number) => audit.isLetGo(sessionId, sequence);
      const reader = resting ?? createReader({ sessionId, stage, isSuperseded, isLetGo });
      if (resting === undefined) own.push(reader);
      audit.meet(server.storage, sessionId);
      reader.connect(server);
    },
    /** Throws a Breach where something is not as it must be. */
    check: (isThorough: boolean) => {
      if (stage.breach !== undefined) throw stage.breach as Error;
      const server = lives.current;
      if (server === undefined || server.life.isOver || !(hasCommitted || isThorough)) return;
      const { wallMs } = stage.time;
      audit.look(server.storage, { isPruned, isThorough, wallMs, created: requests.created() });
      hasCommitted = isPruned = false;
      checks++;
      for (const [reader] of checks % 4 === 0 ? readers.values() : [])
        if (reader?.isConnected) checkReader(reader, server, false);
      if (!isThorough) return;
      forgetDeleted();
      for (const reader of [...readers.values()].flat())
        if (reader.isConnected) checkReader(reader, server, true);
      audit.lookBack(server.storage);
      checkMessages(requests.all, server.storage);
    },
    quiet,
    close: lives.close,
  };

  function forgetDeleted(): void {
    const sessions = lives.current?.storage.sessions;
    for (const sessionId of audit.sessionIds()) {
      if (sessions?.get(sessionId)) continue;
      audit.forget(sessionId);
      readers.delete(sessionId);
    }
  }
}
