/** Cells of the shared counter. */
const next = 0;
const done = 1;
const failed = 2;
const joined = 3;

/**
 * Hands out the runs of a replay to the threads that work on it, share by share, by a counter in shared memory: a thread
 * that is ready takes the next share itself, without asking another.
 */
export class Shares {
  readonly nRuns: number;
  /** What other threads need to take part. */
  readonly cells: Int32Array<SharedArrayBuffer>;
  readonly #size: number;

  constructor(nRuns: number, size: number, cells = new Int32Array(new SharedArrayBuffer(16))) {
    this.nRuns = nRuns;
    this.#size = size;
    this.cells = cells;
  }

  /** Takes shares until none is left, and says after each that it is done. */
  work(replayRun: (run: number) => void, onShare: () => void = () => undefined): void {
    for (let took = false; ; took = true) {
      const from = Atomics.add(this.cells, next, this.#size);
      if (from >= this.nRuns) return;
      if (!took) Atomics.add(this.cells, joined, 1);
      const to = Math.min(from + this.#size, this.nRuns);
      for (let run = from; run < to; run++) replayRun(run);
      Atomics.add(this.cells, done, to - from);
      Atomics.notify(this.cells, done);
      onShare();
    }
  }

  /** Says that this thread cannot go on. */
  fail(): void {
    Atomics.store(this.cells, failed, 1);
    Atomics.notify(this.cells, done);
  }

  /** Threads that took a share. */
  get nThreads(): number {
    return Atomics.load(this.cells, joined);
  }

  /** Runs that are done. */
  get nDone(): number {
    return Atomics.load(this.cells, done);
  }

  /**
   * Waits for the shares that other threads have taken.
   *
   * @param patienceMs how long to wait for any further share
   * @returns false where a thread failed, or none was heard of for so long
   */
  wait(patienceMs: number, onShare: () => void = () => undefined): boolean {
    for (let seen = this.nDone; seen < this.nRuns; seen = this.nDone) {
      if (Atomics.load(this.cells, failed) === 1) return false;
      if (Atomics.wait(this.cells, done, seen, patienceMs) === "timed-out") return false;
      onShare();
    }
    return true;
  }
}
