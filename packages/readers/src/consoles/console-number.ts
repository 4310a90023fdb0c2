/** A number as consoles print it, for patterns: digits, exponent, `nan`, `inf`. Each alternative begins otherwise. */
export const numeral = String.raw`[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|nan|NaN|inf|Inf)`;

const whole = new RegExp(`^${numeral}$`);

/** The number that a text is, undefined where it is none; commas between groups of three digits are left out. */
export function consoleNumber(text: string | undefined): number | undefined {
  const plain = text?.trim().replace(/(\d),(?=\d{3}(?!\d))/g, "$1") ?? "";
  if (!whole.test(plain)) return undefined;
  if (/nan$/i.test(plain)) return Number.NaN;
  if (/inf$/i.test(plain)) return plain.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(plain);
}

/**
 * The pairs of a line `name: value | name: value`, split at a separator, by the last colon of each part; parts
 * without a number are left out.
 */
export function pairsOf(text: string, separator: string | RegExp, mark = ":"): [string, number][] {
  return text.split(separator).flatMap((part): [string, number][] => {
    const at = part.lastIndexOf(mark);
    const value = at > 0 ? consoleNumber(part.slice(at + 1)) : undefined;
    return value === undefined ? [] : [[part.slice(0, at).trim(), value]];
  });
}
