/** Counts what was checked and says each result on a line of its own. */
export interface Tally {
  /** Passes when `work` ends without throwing; what it returns stands behind the name. */
  check(name: string, work: () => unknown): Promise<void>;
  readonly passed: number;
  readonly failed: number;
}

export function createTally(): Tally {
  let [passed, failed] = [0, 0];
  return {
    async check(name, work) {
      try {
        const remark = await work();
        passed++;
        console.log(`✓ ${name}${typeof remark === "string" ? `: ${remark}` : ""}`);
      } catch (error) {
        failed++;
        console.log(`✗ ${name}\n${indented(error instanceof Error ? error.message : String(error))}`);
      }
    },
    get passed() {
      return passed;
    },
    get failed() {
      return failed;
    },
  };
}

function indented(text: string): string {
  return text.replace(/^/gm, "    ");
}
