/**
 * The extractor's whole memory: one array of fixed length, cut into named pieces, so that its state is a list of
 * numbers and a resumed run goes on from exactly the same bits.
 */
export class Memory {
  readonly cells: Float64Array;
  #used = 0;

  constructor(size: number) {
    this.cells = new Float64Array(size).fill(Number.NaN);
  }

  /** The next `size` cells, NaN at first. */
  take(size: number): Float64Array {
    const piece = this.cells.subarray(this.#used, this.#used + size);
    if (piece.length !== size) throw new RangeError(`memory of ${this.cells.length} cells is too small`);
    this.#used += size;
    return piece;
  }

  /** The cells as JSON values: null is NaN, and strings stand for the infinities. */
  toJSON(): (number | string | null)[] {
    return Array.from(this.cells, (value) =>
      Number.isNaN(value) ? null : Number.isFinite(value) ? value : value > 0 ? "+inf" : "-inf",
    );
  }

  /** Takes over cells that `toJSON` gave. */
  restore(cells: readonly (number | string | null)[]): void {
    if (cells.length !== this.cells.length)
      throw new RangeError(`state has ${cells.length} cells, expected ${this.cells.length}`);
    cells.forEach((value, i) => {
      this.cells[i] =
        value === null
          ? Number.NaN
          : value === "+inf"
            ? Infinity
            : value === "-inf"
              ? -Infinity
              : Number(value);
    });
  }
}

/** Shifts a window by one and puts the value at its end. */
export function push(window: Float64Array, value: number): void {
  window.copyWithin(0, 1);
  window[window.length - 1] = value;
}
