import { randomFrom, shuffled } from "@stopwise/core/random";

/** The numbers 0 to n - 1 in an order that depends on the seed alone. */
export function seededOrder(n: number, seed: number): number[] {
  return shuffled([...Array(n).keys()], randomFrom(seed));
}
