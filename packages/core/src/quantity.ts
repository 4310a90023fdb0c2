const suffixes: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9, g: 1e9, t: 1e12 };

/** Digits with commas between groups of three, as in 20,000: any other comma may be a decimal one. */
const grouped = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;

/**
 * A number as people write it: `20000`, `20_000`, `20,000`, `2e4`, `20k`, `1.5B`; NaN when it is none. A comma counts as
 * a separator of thousands only; `1,5` is NaN. Flags, `stopwise.yaml`, JSON and the library read numbers by this.
 *
 * @example readNumber("7B") // 7000000000
 */
export function readNumber(text: string): number {
  const match = /^([+-]?(?:\d[\d_,]*)?(?:\.\d+)?(?:e[+-]?\d+)?)([kmbgt]?)$/i.exec(text.trim());
  const digits = match?.[1] ?? "";
  if (match === null || digits === "") return Number.NaN;
  if (digits.includes(",") && !grouped.test(digits)) return Number.NaN;
  return Number(digits.replace(/[_,]/g, "")) * (suffixes[match[2]!.toLowerCase()] ?? 1);
}

/** Whether a text that is no number would be one with a decimal point for its comma. */
export function hasDecimalComma(text: string): boolean {
  return /^[+-]?\d+,\d+/.test(text.trim());
}

/** A small number: here a comma can only be a decimal one, so there is none. */
function readSmall(text: string): number {
  return text.includes(",") ? Number.NaN : readNumber(text);
}

/**
 * A share: `0.02` or `2%`; NaN when it is none.
 *
 * @example readShare("2%") // 0.02
 */
export function readShare(text: string): number {
  const percent = /^(.+)%$/.exec(text.trim());
  return percent === null ? readSmall(text) : Number((readSmall(percent[1]!) / 100).toPrecision(12));
}

/** An absolute loss of quality as it was written: the value as a share, and whether a unit stood beside it. */
export interface WrittenLoss {
  readonly value: number;
  readonly hasUnit: boolean;
}

/**
 * An absolute loss of quality: `0.01`, `1pt`, `1 points` and `1%` are all one point; NaN when it is none.
 *
 * @example readLoss("1pt") // { value: 0.01, hasUnit: true }
 */
export function readLoss(text: string): WrittenLoss {
  const trimmed = text.trim().toLowerCase();
  const unit = ["points", "point", "pts", "pt", "pp", "%"].find((word) => trimmed.endsWith(word));
  if (unit === undefined) return { value: readSmall(trimmed), hasUnit: false };
  const number = readSmall(trimmed.slice(0, -unit.length).trim());
  return { value: Number((number / 100).toPrecision(12)), hasUnit: true };
}
