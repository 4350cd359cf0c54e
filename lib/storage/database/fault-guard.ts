import { isFatal, asStorageError } from "../disk/storage-errors.ts";

/** Every call to one connection runs through it. */
export interface FaultGuard {
  /** Translates what `work` throws. Throws without running `work` once statements are refused. */
  run<T>(work: () => T): T;
  beginUnit(): void;
  endUnit(): void;
}

/**
 * When SQLite has rolled back a transaction by itself, the statements that follow would be committed one by one. The
 * guard refuses them until the unit of work ends. After a fatal failure it refuses everything from then on.
 */
export function createFaultGuard(
  connection: { readonly inTransaction: boolean },
  onFault: (error: unknown) => void,
): FaultGuard {
  const guard: Guard = {
    connection,
    onFault,
    refusal: undefined,
    isRefusedForGood: false,
    isInUnit: false,
  };
  return {
    run: (work) => runGuarded(guard, work),
    beginUnit: () => void (guard.isInUnit = true),
    endUnit: () => endUnit(guard),
  };
}

interface Guard {
  connection: { readonly inTransaction: boolean };
  onFault(error: unknown): void;
  /** What every call throws while it is set. */
  refusal: Error | undefined;
  isRefusedForGood: boolean;
  isInUnit: boolean;
}

function runGuarded<T>(guard: Guard, work: () => T): T {
  if (guard.refusal) throw guard.refusal;
  try {
    return work();
  } catch (error) {
    throw noteFailure(guard, error);
  }
}

function noteFailure(guard: Guard, error: unknown): Error {
  const reason = asStorageError(error);
  if (guard.isRefusedForGood) return reason; // Already reported.
  if (guard.isInUnit && !guard.connection.inTransaction) guard.refusal = reason;
  if (isFatal(error)) {
    guard.refusal = reason;
    guard.isRefusedForGood = true;
    guard.onFault(error);
  }
  return reason;
}

function endUnit(guard: Guard): void {
  guard.isInUnit = false;
  if (!guard.isRefusedForGood) guard.refusal = undefined;
}
