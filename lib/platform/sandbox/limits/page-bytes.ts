import { readFileSync } from "node:fs";

let known: number | undefined;

/** The page size of this host: 4096 bytes, on some ARM machines 16 or 64 KiB. Linux only. */
export function pageBytes(): number {
  known ??= measure();
  return known;
}

/** Node tells its own size in bytes, the kernel in pages. */
function measure(): number {
  const pages = Number(readFileSync("/proc/self/statm", "latin1").split(" ")[1]);
  return 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages));
}
