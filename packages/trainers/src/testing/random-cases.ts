import { type Curve, curveOf, type SimplePolicy, simplePolicySchema } from "@stopwise/core";
import { randomFrom } from "@stopwise/core/random";

type Random = () => number;

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** A rising, noisy score of 4 to 30 evaluations on a grid of 1/128 with ties, one in four with values missing after the first. */
function values(random: Random): (number | null)[] {
  const n = 4 + Math.floor(random() * 27);
  const rate = 0.05 + random();
  const holes = random() < 0.25;
  const rises = random() < 0.8 ? 1 : -1;
  return Array.from({ length: n }, (_, i) => {
    if (holes && i > 0 && random() < 0.15) return null;
    const level = 0.5 + rises * 0.4 * (1 - Math.exp(-rate * i)) + 0.1 * (random() - 0.5);
    return Math.round(128 * level) / 128;
  });
}

/**
 * Curves of a seed, each with a score and an eval loss.
 *
 * @param n how many
 */
export function randomCurves(n: number, seed: number): Curve[] {
  const random = randomFrom(seed);
  return Array.from({ length: n }, () => {
    const quality = values(random);
    const points = quality.map((value, i) => ({
      step: 100 * (i + 1),
      tokens: 1000 * (i + 1),
      quality: value,
      evalLoss: value === null ? null : 2 - value,
    }));
    return curveOf({ id: "test", metric: "exact_match", kind: "quality", hyper: {}, points });
  });
}

/** Staleness policies of a seed over every field that trainers differ in; margins on the grid of 1/128, so that they are met exactly. */
export function randomPolicies(n: number, seed: number): SimplePolicy[] {
  const random = randomFrom(seed);
  return Array.from({ length: n }, () => {
    const monitor = pick(random, ["quality", "evalLoss"] as const);
    const minDeltaMode = pick(random, ["deadBand", "ratchet", "relative"] as const);
    const warmup = pick(random, [undefined, undefined, { evals: 3, updatesBest: false }, { evals: 2 }]);
    const baseline = pick(random, [undefined, undefined, undefined, 0.75]);
    return simplePolicySchema.parse({
      version: 1,
      criterion: "staleness",
      monitor,
      direction: monitor === "quality" ? "max" : "min",
      params: {
        minDelta: pick(random, [0, 0, 1 / 128, 4 / 128]),
        minDeltaMode,
        tie: pick(random, ["bad", "bad", "bad", "good"]),
        ...(random() < 0.2 ? { countAfter: 3 } : {}),
        ...(baseline === undefined ? {} : { baseline, baselineRole: pick(random, ["gate", "reference"]) }),
      },
      threshold: pick(random, [1, 2, 3, 5, 2.5]),
      compare: pick(random, [">=", ">=", ">"]),
      nan: pick(random, ["count", "count", "stop", "ignore"]),
      delivery: pick(random, ["best", "best", "last"]),
      ...(warmup === undefined ? {} : { warmup }),
    });
  });
}
