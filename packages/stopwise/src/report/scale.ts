/** A continuous axis from a domain to pixels; `sqrt` gives small values room, `log` needs a domain above zero. */
export interface Scale {
  readonly type: "linear" | "sqrt" | "log";
  readonly domain: readonly [from: number, to: number];
  /** Pixels of the domain's ends. */
  readonly range: readonly [from: number, to: number];
}

const transforms: Readonly<Record<Scale["type"], (value: number) => number>> = {
  linear: (value) => value,
  sqrt: (value) => Math.sign(value) * Math.sqrt(Math.abs(value)),
  log: Math.log,
};

/** The pixel of a value; values outside the domain go on outside the range. */
export function pixelOf({ type, domain, range }: Scale, value: number): number {
  const transform = transforms[type];
  const [from, to] = [transform(domain[0]), transform(domain[1])];
  const share = to === from ? 0.5 : (transform(value) - from) / (to - from);
  return range[0] + share * (range[1] - range[0]);
}

/** The inverse of {@link pixelOf}. */
export function valueAt({ type, domain, range }: Scale, pixel: number): number {
  const transform = transforms[type];
  const [from, to] = [transform(domain[0]), transform(domain[1])];
  const at = from + ((pixel - range[0]) / (range[1] - range[0])) * (to - from);
  if (type === "linear") return at;
  return type === "log" ? Math.exp(at) : Math.sign(at) * at * at;
}

/**
 * About `count` round values inside an interval: multiples of 1, 2 or 5 times a power of ten.
 *
 * @example roundTicks(0.2, 0.9, 3) // [0.4, 0.6, 0.8], up to rounding
 */
export function roundTicks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count;
  if (!(raw > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw * 0.8) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
