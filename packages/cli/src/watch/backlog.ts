/** Holds back what is written until `release`, which writes its last lines. Later text is written at once. */
export interface Backlog {
  write(text: string): void;
  release(): void;
}

export interface BacklogOptions {
  write(text: string): void;
  linesMax: number;
  /** The line to write in place of the ones left out. */
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
