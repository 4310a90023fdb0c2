/** Prints text on stdout, ending in one newline. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Prints the one JSON document of `--json`. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A note that must not mix with the result: to stderr. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Shows how far a long job is, on stderr, when that is a terminal; else shows nothing. */
export class Progress {
  private readonly shown = process.stderr.isTTY;
  private last = 0;

  /**
   * Shows a line in place of the one before, at most ten times a second.
   *
   * @param text - what is being done
   */
  update(text: string): void {
    const now = Date.now();
    if (!this.shown || now - this.last < 100) return;
    this.last = now;
    process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  /** Clears the line. */
  done(): void {
    if (this.shown && this.last > 0) process.stderr.write("\r\x1b[2K");
  }
}

/** `1 run`, `2 runs`. */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? noun : plural}`;
}
