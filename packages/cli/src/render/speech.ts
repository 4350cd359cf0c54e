import type { Message } from "../frame.ts";
import type { Block, Page } from "./page.ts";
import { plain } from "./text/sanitise.ts";
import type { Style } from "./style.ts";
import { createWrap, wrapped } from "./text/wrap.ts";

type Voice = "text" | "reasoning";

/**
 * What is said, as it comes. Deltas are written at once; the final message adds only what its deltas had not brought,
 * so nothing is ever written twice, also after a lost connection or a pruned log.
 */
export function createSpeech(page: Page, style: Style, columns: () => number) {
  const wrap = createWrap(columns);
  /** Per message and voice, what was written of it. */
  const written = new Map<string, Record<Voice, string>>();
  const finished = new Set<string>();
  let speaking: string | undefined;
  /** The newest one of the agent, whole or not. */
  let answer: { id: string; taskId: string } | undefined;
  /** Line ends wait for more text: a message ends without blank lines. */
  let held = "";

  const isSpeaking = (messageId: string, voice: Voice) =>
    speaking === `${messageId} ${voice}` && page.kind === blocks[voice];
  const say = (messageId: string, voice: Voice, text: string) => {
    const record = written.get(messageId) ?? { text: "", reasoning: "" };
    written.set(messageId, { ...record, [voice]: record[voice] + text });
    const isFirst = !isSpeaking(messageId, voice);
    const safe = isFirst ? plain(text).replace(/^\s*\n/, "") : held + plain(text);
    const body = safe.trimEnd();
    if (body === "") {
      if (!isFirst) held = safe;
      return;
    }
    if (isFirst) {
      page.block(blocks[voice]);
      wrap.restart();
    }
    speaking = `${messageId} ${voice}`;
    held = safe.slice(body.length);
    const lines = wrap.next(body);
    page.flow(body, voice === "text" ? lines : style.quiet(lines));
  };

  return {
    /** A delta, or the text so far when a stream is joined in its middle. */
    delta: (messageId: string, voice: Voice, text: string): void => {
      if (!finished.has(messageId)) say(messageId, voice, text);
    },
    /** The agent begins to speak; for the second time, maybe under another id, when its first try was cut. */
    begin: ({ id, taskId }: Message): void => {
      const cut = answer?.taskId === taskId && !finished.has(answer.id) ? answer.id : id;
      const before = written.get(cut);
      written.delete(cut);
      answer = { id, taskId };
      if (before === undefined || before.text + before.reasoning === "") return;
      speaking = undefined;
      page.block("note");
      page.line(style.quiet("↻ the answer was cut and starts again"));
    },
    final: (message: Message): void => {
      if (finished.has(message.id)) return;
      const before = written.get(message.id) ?? { text: "", reasoning: "" };
      for (const voice of ["reasoning", "text"] as const) {
        const whole = partsOf(message, voice);
        if (whole.startsWith(before[voice])) say(message.id, voice, whole.slice(before[voice].length));
        else if (!whole.endsWith(before[voice])) again(message.id, voice, whole);
      }
      written.delete(message.id);
      finished.add(message.id);
      speaking = undefined;
    },
    person: (message: Message): void => {
      if (finished.has(message.id)) return;
      finished.add(message.id);
      speaking = undefined;
      page.block("person");
      const text = wrapped(plain(partsOf(message, "text")).trim(), { columns: columns(), indent: 2 });
      const [first = "", ...rest] = text.split("\n");
      for (const line of [`› ${first}`, ...rest]) page.line(style.strong(line));
      for (const file of message.files) page.line(style.quiet(`  + ${plain(file.name)}`));
    },
    /** The person typed it here, so it stands there already. */
    known: (messageId: string): void => void finished.add(messageId),
  };

  function again(messageId: string, voice: Voice, whole: string): void {
    speaking = undefined;
    written.delete(messageId);
    say(messageId, voice, whole);
  }
}

const blocks: Record<Voice, Block> = { text: "speech", reasoning: "reasoning" };

function partsOf(message: Message, voice: Voice): string {
  return message.content.flatMap((part) => (part.type === voice ? [part.text] : [])).join("");
}
