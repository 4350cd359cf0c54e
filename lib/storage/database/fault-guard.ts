import { isFatal, asStorageError } from "../disk/storage-errors.ts";

/** Stands before every call to one connection. */
export interface FaultGuard {
  /** Translates what it throws. Refuses to run at all where the call could not mean what it says. */
  run<T>(work: () => T): T;
  beginUnit(): void;
  endUnit(): void;
}

/**
 * Refuses every statement once SQLite has rolled a transaction back by itself (they would be committed one by one), until
 * the unit of work ends; and after a fatal failure for good.
 */
export function createFaultGuard(
  connection: { readonly inTransaction: boolean },
  onFault: (error: unknown) => void,
): FaultGuard {
  let refusal: Error | undefined;
  let isRefusedForGood = false;
  let isInUnit = false;

  const note = (error: unknown): Error => {
    if (isRefusedForGood) return asStorageError(error); // Told already.
    const reason = asStorageError(error);
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
