const numbers = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const lastNumber = /(?:^|[^\d.])\d{1,20}\.(\d{1,20})\s?%?$/;

const shapeOf = (line: string): string => line.replace(numbers, "0");

const decimalsOf = (line: string): number | undefined => lastNumber.exec(line.slice(-60))?.[1]?.length;

/** Most lines that are compared with the last one. */
const nCompared = 400;

/**
 * Whether a last line that no line break ends is whole all the same: its last number has the decimals that the
 * lines of its shape have without exception (`loss: 2.10`, `loss: 1.95`); a number cut short would have fewer.
 *
 * @param earlier - lines before it, the nearest last
 */
export function isWholeLine(line: string, earlier: readonly string[]): boolean {
  const decimals = decimalsOf(line);
  if (decimals === undefined) return false;
  const shape = shapeOf(line);
  const alike = earlier.slice(-nCompared).filter((other) => shapeOf(other) === shape);
  return alike.length > 1 && alike.every((other) => decimalsOf(other) === decimals);
}
