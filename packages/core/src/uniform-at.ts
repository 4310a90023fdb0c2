import { randomFrom } from "@stopwise/core/random";

/** A number in [0, 1) that belongs to a seed and a position: the same whenever it is asked for. */
export function uniformAt(seed: number, position: number): number {
  const next = randomFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(position + 1, 0x85ebca6b));
  next();
  return next();
}
