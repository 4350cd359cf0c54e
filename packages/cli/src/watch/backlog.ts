/** Holds what is written until it is released, and then keeps only the last lines of it. */
export interface Backlog {
  write(text: string): void;
  release(): void;
}

export interface BacklogOptions {
  write(text: string): void;
  linesMax: number;
  /** What stands for the lines left out. */
  note(lines: number): string;
}

export function createBacklog({ write, linesMax, note }: BacklogOptions): Backlog {
  let held: string[] | undefined = [];
  return {
    write: (text) => {
      if (held) held.push(text);
      else write(text);
    },
    release: () => {
      if (held === undefined) return;
      const lines = held.join("").split("\n");
      held = undefined;
      const cut = lines.length - linesMax;
      write(cut > 0 ? `${note(cut)}\n${lines.slice(cut).join("\n")}` : lines.join("\n"));
    },
  };
}
