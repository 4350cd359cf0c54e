export interface BackOff {
  /** The wait after the first failure. It doubles with each further failure. */
  firstMs: number;
  mostMs: number;
}

/** Milliseconds to wait after this many failures in a row, from 1. Without chance: a server retries alone. */
export function backOffMs({ firstMs, mostMs }: BackOff, failures: number): number {
  return Math.min(mostMs, firstMs * 2 ** (failures - 1));
}

/** Whether to report this failure in a row: the first, the second, the fourth and so on, so that a lasting failure does not fill the log. */
export function isReported(failures: number): boolean {
  return Number.isInteger(Math.log2(failures));
}
