/** Milliseconds on the host's monotonic clock, which all its processes share. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for `work`; throws when it takes longer than `ms`. */
export async function within<T>(ms: number, work: Promise<T>, label: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${label}: not done within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
