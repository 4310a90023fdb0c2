import fc from "fast-check";
import { expect, test } from "vitest";
import { Ranking } from "./ranking.ts";

const sorted = (keys: readonly number[], limit: number): number[] =>
  [...keys.keys()]
    .filter((index) => keys[index]! < Infinity)
    .sort((a, b) => keys[a]! - keys[b]! || a - b)
    .slice(0, limit);

test("ranks as a sort does, whatever it ranked before", () => {
  const room = new Map<number, Ranking>();
  const key = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double(), fc.constant(Infinity));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), fc.integer({ min: 1, max: 70 }), (keys, limit) => {
      const ranking = room.get(limit) ?? new Ranking(limit);
      room.set(limit, ranking);
      expect([...ranking.smallest(Float64Array.from(keys))]).toEqual(sorted(keys, limit));
    }),
  );
});
