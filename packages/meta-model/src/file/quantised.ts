const steps = 65535;

/** A number in [0, 1] in 16 bits, in steps of 1/65535; values outside are held to the range, NaN is 0. */
export function quantised(value: number): number {
  return Number.isNaN(value) ? 0 : Math.round(Math.min(Math.max(value, 0), 1) * steps);
}

/** The number that 16 bits stand for. */
export function dequantised(value: number): number {
  return value / steps;
}

/** The smallest 16 bits that stand for a number above `level`; 65535 at most, so `level` must be below 1. */
export function firstAbove(level: number): number {
  let value = Math.max(Math.floor(level * steps) - 1, 0);
  while (value < steps && dequantised(value) <= level) value++;
  return value;
}

/** 16-bit copy of many numbers. */
export function quantisedAll(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from({ length: values.length }, (_, index) => quantised(values[index]!));
}
