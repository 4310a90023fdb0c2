/**
 * A share as percent, for a line of text.
 *
 * @param share - in [0, 1], or beyond
 * @param digits - after the decimal point
 * @example percent(0.417) // "42 %"
 */
export function percent(share: number, digits = 0): string {
  return `${(100 * share).toFixed(digits)} %`;
}
