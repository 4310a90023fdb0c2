const steps = 65535;

/** A number in [0, 1] in 16 bits, in steps of 1/65535; values outside are held to the range, NaN is 0. */
export function quantised(value: number): number {
  return Number.isNaN(value) ? 0 : Math.round(Math.min(Math.max(value, 0), 1) * steps);
}

/** The number that 16 bits stand for. */
export function dequantised(value: number): number {
  return value / steps;
}

/** 16-bit copy of many numbers. */
export function quantisedAll(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from({ length: values.length }, (_, index) => quantised(values[index]!));
}
