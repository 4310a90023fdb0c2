/**
 * A seeded generator of uniform numbers in [0, 1): mulberry32. Same seed, same numbers, on every machine.
 */
export function seededUniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number in [0, 1) that belongs to a seed and a position: the same whenever it is asked for. */
export function uniformAt(seed: number, position: number): number {
  const next = seededUniform(Math.imul(seed, 0x9e3779b1) ^ Math.imul(position + 1, 0x85ebca6b));
  next();
  return next();
}
