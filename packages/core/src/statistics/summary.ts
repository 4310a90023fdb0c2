const ascending = (values: Iterable<number>): Float64Array => Float64Array.from(values).sort();

/**
 * The lower median: the value at rank ceil(n / 2) in ascending order (R type 1), so that it is always one of the values.
 *
 * @param values `[n]`, in any order, left as they are; NaN sorts last
 * @returns NaN for no values
 * @example lowerMedian([4, 1, 3, 2]) // 2
 */
export function lowerMedian(values: Iterable<number>): number {
  const sorted = ascending(values);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/**
 * The upper median: the value at rank floor(n / 2) + 1 in ascending order, always one of the values.
 *
 * @param values `[n]`, in any order, left as they are; NaN sorts last
 * @returns NaN for no values
 * @example upperMedian([4, 1, 3, 2]) // 3
 */
export function upperMedian(values: Iterable<number>): number {
  const sorted = ascending(values);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
