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
 * @param line - the last line, without blanks at its end
 * @param earlier - lines before it, the nearest last
 */
export function isWholeLine(line: string, earlier: readonly string[]): boolean {
  const decimals = decimalsOf(line);
  if (decimals === undefined) return false;
  const shape = shapeOf(line);
  const alike = earlier.slice(-nCompared).filter((other) => shapeOf(other) === shape);
  return alike.length > 1 && alike.every((other) => decimalsOf(other) === decimals);
}

/**
 * A text without a last line that was cut: no line break ends it, and it is not whole by the lines before it.
 *
 * @param text - the whole file
 * @param isClosed - whether such a line shows its own end
 */
export function withoutCutLine(
  text: string,
  isClosed: (line: string) => boolean = () => false,
): { text: string; isCut: boolean } {
  const start = text.lastIndexOf("\n") + 1;
  const line = text.slice(start).trimEnd();
  if (line === "" || isClosed(line)) return { text, isCut: false };
  const earlier = text
    .slice(Math.max(0, start - 40_000), start)
    .split(/\r?\n/)
    .slice(1, -1);
  return isWholeLine(line, earlier) ? { text, isCut: false } : { text: text.slice(0, start), isCut: true };
}

/** What to say of a log whose last line was cut. */
export const cutLineWarning = "the last line is incomplete and left out.";
