import { isFatal, translated } from "../disk/failure.ts";

/** Stands before every call to one connection. */
export interface Guard {
  /** Translates what it throws. Refuses to run at all where the call could not mean what it says. */
  run<T>(work: () => T): T;
  beginUnit(): void;
  endUnit(): void;
}

/**
 * Refuses every statement once SQLite has rolled a transaction back by itself (they would be committed one by one), until
 * the unit of work ends; and after a fatal failure for good.
 */
export function createGuard(
  connection: { readonly inTransaction: boolean },
  onFault: (error: unknown) => void,
): Guard {
  let refusal: Error | undefined;
  let isRefusedForGood = false;
  let isInUnit = false;

  const note = (error: unknown): Error => {
    if (isRefusedForGood) return translated(error); // Told already.
    const reason = translated(error);
    if (isInUnit && !connection.inTransaction) refusal = reason;
    if (isFatal(error)) {
      refusal = reason;
      isRefusedForGood = true;
      onFault(error);
    }
    return reason;
  };

  return {
    run: (work) => {
      if (refusal) throw refusal;
      try {
        return work();
      } catch (error) {
        throw note(error);
      }
    },
    beginUnit: () => void (isInUnit = true),
    endUnit: () => {
      isInUnit = false;
      if (!isRefusedForGood) refusal = undefined;
    },
  };
}
