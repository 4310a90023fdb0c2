/**
 * Weighted lower quantile: the smallest value v such that the weight of all values <= v is at least `level` times
 * the total. Selection in expected linear time; reorders both arrays.
 *
 * @param values `[n]`, no NaN
 * @param weights `[n]`, >= 0
 * @param level in (0, 1)
 * @returns NaN for no values
 */
export function weightedQuantile(values: Float64Array, weights: Float64Array, level: number): number {
  let wanted = 0;
  for (const weight of weights) wanted += level * weight;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = medianOfThree(values, low, high);
    const part = threeWay(values, weights, [low, high], pivot);
    if (wanted <= part.weightBelow && part.equalFrom > low) high = part.equalFrom - 1;
    else if (wanted <= part.weightBelow + part.weightEqual || part.equalTo > high) return pivot;
    else {
      wanted -= part.weightBelow + part.weightEqual;
      low = part.equalTo;
    }
  }
  return values[low] ?? Number.NaN;
}

function medianOfThree(values: Float64Array, low: number, high: number): number {
  const a = values[low]!;
  const b = values[(low + high) >> 1]!;
  const c = values[high]!;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Brings values below the pivot to the front and those above to the back of [low, high]: Dijkstra's flag. */
function threeWay(
  values: Float64Array,
  weights: Float64Array,
  [low, high]: readonly [number, number],
  pivot: number,
): { equalFrom: number; equalTo: number; weightBelow: number; weightEqual: number } {
  let equalFrom = low;
  let at = low;
  let equalTo = high + 1;
  let weightBelow = 0;
  let weightEqual = 0;
  while (at < equalTo) {
    const value = values[at]!;
    if (value < pivot) {
      weightBelow += weights[at]!;
      swap(values, weights, at++, equalFrom++);
    } else if (value > pivot) swap(values, weights, at, --equalTo);
    else weightEqual += weights[at++]!;
  }
  return { equalFrom, equalTo, weightBelow, weightEqual };
}

function swap(values: Float64Array, weights: Float64Array, i: number, j: number): void {
  const value = values[i]!;
  const weight = weights[i]!;
  values[i] = values[j]!;
  weights[i] = weights[j]!;
  values[j] = value;
  weights[j] = weight;
}
