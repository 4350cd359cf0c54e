/** A size for people: `312 bytes`, `10 MiB`, `1.4 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const [divisor, unit] = bytes < 1024 ** 2 ? [1024, "KiB"] : [1024 ** 2, "MiB"];
  return `${Number((bytes / divisor).toFixed(1))} ${unit}`;
}
