// node deploy/check-databases.ts FILE...: exits with 0 when all databases are intact; else prints what is wrong and exits with 1.
import { damagesIn } from "../lib/storage/index.ts";

for (const file of process.argv.slice(2))
  for (const damage of damagesOf(file)) {
    console.error(`${file}: ${damage}`);
    process.exitCode = 1;
  }

function damagesOf(file: string): string[] {
  try {
    return damagesIn(file);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
