import type { ModelClient, ModelEvent } from "../../model.ts";
import type { Masker, Masking } from "../../ports/masking.ts";
import type { RequestDatabase, Storage } from "../../ports/storage.ts";
import type { SecretMask } from "../../settings.ts";
import { maskFields } from "./mask-json.ts";

/** Masks the secrets of the server in what models write, also when they come in pieces. */
export function maskedModels(models: ModelClient, masking: Masking): ModelClient {
  return {
    stream: (request) => maskedEvents(models.stream(request), masking.of("values")),
    problemWith: (model) => models.problemWith(model),
    list: () => models.list(),
  };
}

type TextType = "text" | "reasoning";

async function* maskedEvents(
  events: AsyncIterable<ModelEvent>,
  mask: SecretMask,
): AsyncGenerator<ModelEvent, void, undefined> {
  let open: { type: TextType; masker: Masker } | undefined;
  for await (const event of events) {
    const type = textTypeOf(event);
    if (open !== undefined && open.type !== type) {
      yield* textEvents(open.type, open.masker.end());
      open = undefined;
    }
    if (event.type === "text" || event.type === "reasoning") {
      open ??= { type: event.type, masker: mask.masker() };
      yield* textEvents(event.type, open.masker.push(event.text));
    } else {
      yield event.type === "tool-call" ? { ...event, input: mask.text(event.input) } : event;
    }
  }
}

function textTypeOf({ type }: ModelEvent): TextType | undefined {
  return type === "text" || type === "reasoning" ? type : undefined;
}

function* textEvents(type: TextType, text: string): Generator<ModelEvent, void, undefined> {
  if (text !== "") yield { type, text };
}

type Hide = <T>(value: T) => T;

/**
 * The same storage, into which no secret that the server knows is written: not by models and tools, whose texts were masked
 * before, and not by people. Ids, states and types stay as they are. The settings are left out: they hold the secrets.
 */
export function maskedStorage(storage: Storage, masking: Masking): Storage {
  const { text } = masking.of("values");
  const hide: Hide = (value) => maskFields(value, textFields, text);
  const { chat_history: chat, agents, settings } = storage.requestDatabases;
  return {
    ...storage,
    ...maskedRecords(storage, hide),
    ...maskedConversation(storage, hide),
    requestDatabases: {
      chat_history: maskedAnswers(chat, hide),
      agents: maskedAnswers(agents, hide),
      settings: maskedAnswers(settings, hide),
    },
  };
}

/** Fields of rows, events and answers that hold texts of people, models, tools and other programs. */
const textFields: ReadonlySet<string> = new Set([
  "detail",
  "input",
  "name",
  "output",
  "preview",
  "reason",
  "result",
  "text",
  "title",
]);

function maskedRecords({ actions, sessions, tasks, workspaces }: Storage, hide: Hide) {
  return {
    actions: {
      ...actions,
      create: (action) => actions.create(hide(action)),
      resolve: (id, resolution) => actions.resolve(id, hide(resolution)),
    },
    sessions: {
      ...sessions,
      create: (session) => sessions.create(hide(session)),
      update: (id, change, at) => sessions.update(id, hide(change), at),
    },
    tasks: { ...tasks, update: (id, change) => tasks.update(id, hide(change)) },
    workspaces: { ...workspaces, update: (id, change, at) => workspaces.update(id, hide(change), at) },
  } satisfies Partial<Storage>;
}

function maskedConversation({ events, messages, toolCalls }: Storage, hide: Hide) {
  return {
    events: { ...events, append: (sessionId, added) => events.append(sessionId, hide(added)) },
    messages: { ...messages, create: (message) => messages.create(hide(message)) },
    toolCalls: {
      ...toolCalls,
      intend: (calls) => toolCalls.intend(hide(calls)),
      finish: (taskId, toolCallId, outcome) => toolCalls.finish(taskId, toolCallId, hide(outcome)),
    },
  } satisfies Partial<Storage>;
}

/** An answer that is repeated is the one that was stored. */
function maskedAnswers({ atomically, requests }: RequestDatabase, hide: Hide): RequestDatabase {
  return {
    atomically,
    requests: { ...requests, finish: (key, answer) => requests.finish(key, hide(answer)) },
  };
}
