/** Milliseconds of computing that the work takes of this thread. Other than the time that passes, they do not depend on what else the machine does. */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
