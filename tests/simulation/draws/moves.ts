import { timestamp } from "../../../lib/ports/clock.ts";
import type { Action } from "../../../lib/action.ts";
import type { OperationId } from "../../../lib/ports/handler.ts";
import { drawSettings, drawVerdict } from "./draws.ts";
import type { Requests, Sent } from "./requests.ts";
import type { Server } from "../server.ts";
import type { Stage } from "../stage.ts";

export interface Clients {
  /** Something that people do. */
  move(server: Server): void;
  /** Takes the next pending decision. False when there is none. */
  decide(server: Server): boolean;
  /** Asks again for what has no answer. False when there is nothing. */
  repeat(server: Server): boolean;
}

const sessionsMax = 2;

/** People with their programs, who send, decide, change their minds and ask twice. */
export function createClients(stage: Stage, requests: Requests): Clients {
  const { random, faults, intents } = stage;
  const seen: Action[] = [];
  let count = 0;
  const ask = (server: Server, request: Omit<Sent, "key" | "params"> & { params?: Sent["params"] }): Sent => {
    const sent = requests.add({ params: {}, ...request });
    stage.trace.say(`  ${sent.key} ${sent.operationId} ${JSON.stringify(sent.body ?? null).slice(0, 120)}`);
    requests.ask(sent, server);
    return sent;
  };
  const change = (server: Server, operationId: OperationId, sessionId: string, body: unknown) =>
    ask(server, { operationId, params: { sessionId }, body });

  const create = (server: Server) => {
    const settings = random.chance(0.6)
      ? { autoApproveEdits: true, autoApproveCommands: random.chance(0.6) }
      : {};
    const workspace = random.chance(0.3) ? { repository: "https://example.com/project.git" } : {};
    ask(server, { operationId: "createSession", body: { title: `Session ${count++}`, settings, workspace } });
  };
  const send = (server: Server, sessionId: string) => {
    const token = `token ${count++}`;
    const delivery = random.pick(["steer", "queue"]);
    const body = { content: [{ type: "text", text: token }], delivery };
    const sent = ask(server, { operationId: "sendMessage", params: { sessionId }, body, token });
    if (faults.strikes("double send", 0.15)) requests.ask(sent, server);
  };
  const judge = (server: Server, action: Action) => {
    const { sessionId, id: actionId } = action;
    const body = drawVerdict(action, stage);
    const sent = ask(server, { operationId: "createAction", params: { sessionId }, body, actionId });
    if (!faults.strikes("double decision", 0.2)) return;
    if (random.chance(0.5)) requests.ask(sent, server);
    else judge(server, action);
  };
  const pending = ({ storage, life }: Server): Action[] => {
    const now = timestamp(stage.time.clock(life).now());
    return storage.actions.pending(undefined, { limit: 100 }).filter(({ expiresAt }) => expiresAt > now);
  };
  const decide = (server: Server): boolean => {
    const [action] = pending(server);
    if (action === undefined) return false;
    seen.push(action);
    judge(server, action);
    return true;
  };
  const decideLate = (server: Server) => {
    const [first, ...rest] = seen;
    if (first === undefined || faults.areOver) return;
    faults.count("late decision");
    judge(server, random.pick([first, ...rest]));
  };
  const cancel = (server: Server, sessionId: string) => {
    const [task] = server.storage.tasks.list({ sessionId, limit: 1 });
    if (task === undefined) return;
    faults.count("cancel");
    const body = random.chance(0.5) ? { type: "cancel" } : { type: "cancel", taskId: task.id };
    change(server, "createAction", sessionId, body);
  };
  const adjust = (server: Server, sessionId: string) => {
    const settings = drawSettings(stage);
    const [task] = server.storage.tasks.list({ sessionId, limit: 1 });
    if (task !== undefined && random.chance(0.3))
      ask(server, { operationId: "updateTask", params: { taskId: task.id }, body: { settings } });
    else if (random.chance(0.2)) ask(server, { operationId: "updateSettings", body: { settings } });
    else change(server, "updateSession", sessionId, { settings });
  };
  const runTool = (server: Server, sessionId: string) => {
    const input = { command: `effect-${intents.next(sessionId)}` };
    const sent = ask(server, {
      operationId: "runTool",
      params: { sessionId, toolName: "bash" },
      body: { input },
    });
    if (faults.strikes("double send", 0.3)) requests.ask(sent, server);
  };

  return {
    decide,
    repeat: (server) => {
      const [sent] = requests.open();
      if (sent === undefined) return false;
      stage.trace.say(`  ${sent.key} again`);
      requests.ask(sent, server);
      return true;
    },
    move: (server) => {
      const sessions = server.storage.sessions.list({ limit: 100, archived: false });
      const [first, ...rest] = sessions.map(({ id }) => id);
      if (first === undefined) return create(server);
      const sessionId = random.pick([first, ...rest]);
      const kind = random.weighted({
        create: sessions.length < sessionsMax ? 3 : 0,
        send: 8,
        decide: 10,
        decideLate: 1,
        cancel: 1.5,
        adjust: 2,
        runTool: 1,
        remove: 0.6,
      });
      switch (kind) {
        case "create":
          return create(server);
        case "send":
          return send(server, sessionId);
        case "decide":
          return decide(server) ? undefined : send(server, sessionId);
        case "decideLate":
          return decideLate(server);
        case "cancel":
          return cancel(server, sessionId);
        case "adjust":
          return adjust(server, sessionId);
        case "runTool":
          return runTool(server, sessionId);
        case "remove":
          faults.count("session deleted");
          return void change(server, "deleteSession", sessionId, undefined);
      }
    },
  };
}
