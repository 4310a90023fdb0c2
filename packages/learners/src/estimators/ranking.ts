/**
 * Indices in ascending order of their keys, ties by index: a bounded heap in room that is made once. A recommendation
 * ranks its neighbours on every call, and what it does not allocate is never collected in the middle of one.
 */
export class Ranking {
  readonly #order: Int32Array;
  #keys: Float64Array;

  /**
   * Makes the room.
   *
   * @param limit the most indices that are wanted of one ranking, >= 1
   */
  constructor(limit: number) {
    this.#order = new Int32Array(limit);
    this.#keys = new Float64Array(0);
  }

  /**
   * The indices of the smallest keys, at most `limit`, the smallest first. Keys of +infinity or NaN are left out. Costs
   * n log(limit).
   *
   * @param keys `[n]`
   * @returns a view on the room of this ranking, valid until its next call
   */
  smallest(keys: Float64Array): Int32Array {
    this.#keys = keys;
    const order = this.#order;
    let held = 0;
    for (let index = 0; index < keys.length; index++) {
      if (!(keys[index]! < Infinity)) continue;
      if (held < order.length) {
        order[held++] = index;
        if (held === order.length) this.#makeHeap(held);
      } else if (this.#isAfter(order[0]!, index)) {
        order[0] = index;
        this.#sink(0, held);
      }
    }
    if (held < order.length) this.#makeHeap(held);
    for (let last = held - 1; last > 0; last--) {
      [order[0], order[last]] = [order[last]!, order[0]!];
      this.#sink(0, last);
    }
    return order.subarray(0, held);
  }

  #isAfter(a: number, b: number): boolean {
    const x = this.#keys[a]!;
    const y = this.#keys[b]!;
    return x > y || (x === y && a > b);
  }

  /** Puts the last in order at the root of the first `n`. */
  #makeHeap(n: number): void {
    for (let node = (n >> 1) - 1; node >= 0; node--) this.#sink(node, n);
  }

  #sink(from: number, n: number): void {
    const order = this.#order;
    const index = order[from]!;
    let node = from;
    for (let child = 2 * node + 1; child < n; child = 2 * node + 1) {
      if (child + 1 < n && this.#isAfter(order[child + 1]!, order[child]!)) child++;
      if (!this.#isAfter(order[child]!, index)) break;
      order[node] = order[child]!;
      node = child;
    }
    order[node] = index;
  }
}
