import type { Clock } from "../../ports/clock.ts";

/** Pieces of at most five characters; surrogate pairs are not split. */
export function tokensOf(text: string): string[] {
  return text.match(/.{1,5}/gsu) ?? [];
}

const words =
  "the agent reads one file after another and writes down what it has seen until all is clear".split(" ");

/** `count` tokens of text, always the same ones. */
export function fillerText(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${words[index % words.length]}${index % 17 === 16 ? ".\n" : " "}`,
  );
}

/** How many pieces are sent before other work gets a turn. */
const burst = 100;

/** Yields pieces at the given speed. Throws the reason of the signal when it is aborted. */
export async function* paced<T>(
  pieces: readonly T[],
  {
    clock,
    signal,
    tokensPerSecond,
  }: { clock: Clock; signal: AbortSignal; tokensPerSecond: number | undefined },
): AsyncGenerator<T, void, undefined> {
  const startedAt = clock.now();
  for (const [index, piece] of pieces.entries()) {
    signal.throwIfAborted();
    const dueInMs =
      tokensPerSecond === undefined ? 0 : startedAt + (index * 1000) / tokensPerSecond - clock.now();
    if (dueInMs >= 1 || index % burst === burst - 1) await clock.sleep(Math.max(0, dueInMs), signal);
    yield piece;
  }
}
