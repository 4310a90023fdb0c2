import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CheckpointExtractor, checkpointFeatures } from "./extractor.ts";
import { noPlan, type CheckpointPlan, type CheckpointSignals } from "./signals.ts";

const unknown = Number.NaN;
const blank: CheckpointSignals = {
  step: unknown,
  tokens: unknown,
  epoch: unknown,
  quality: unknown,
  evalLoss: unknown,
  trainLoss: unknown,
  gradNorm: unknown,
  learningRate: unknown,
};

function rowsOf(
  signals: readonly Partial<CheckpointSignals>[],
  plan: CheckpointPlan = noPlan,
): Float64Array[] {
  const extractor = new CheckpointExtractor(plan);
  return signals.map((each, index) => extractor.observe({ ...blank, step: 10 * (index + 1), ...each }));
}

function feature(row: Float64Array, name: string): number {
  const at = checkpointFeatures.findIndex((each) => each.name === name);
  if (at < 0) throw new Error(`no feature ${name}`);
  return row[at]!;
}

const scores = (...values: number[]): { quality: number }[] => values.map((quality) => ({ quality }));
const maybe = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ weight: 4, arbitrary }, { weight: 1, arbitrary: fc.constant(unknown) });
const positive = fc.double({ min: 1e-6, max: 20, noNaN: true });
const checkpoint = fc.record({
  tokens: maybe(positive),
  epoch: maybe(positive),
  quality: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
  evalLoss: maybe(positive),
  trainLoss: maybe(positive),
  gradNorm: maybe(positive),
  learningRate: maybe(positive),
});
const run = fc.array(checkpoint, { minLength: 1, maxLength: 70 });
const plans = fc.constantFrom(noPlan, { ...noPlan, steps: 400 }, { steps: 100, tokens: 50, epochs: 3 });

describe("checkpointFeatures", () => {
  test("names are unique", () => {
    expect(new Set(checkpointFeatures.map((each) => each.name)).size).toBe(checkpointFeatures.length);
  });
});

describe("CheckpointExtractor", () => {
  test.each([
    ["best", 0.5],
    ["quality", 0.42],
    ["drawdown", 0.08],
    ["gainSinceFirst", 0.4],
    ["staleEvals", 2],
    ["staleShareOfEvals", 0.4],
    ["staleShareOfCost", 0.4],
    ["stalePlanShare", 0.2],
    ["bestGain2", 0],
    ["bestGain3", 0.2],
    ["lastGain", 0],
    ["slope3", -0.04],
    ["mean3MinusBest", -0.04],
    ["progress", 0.5],
    ["logEvals", Math.log(5)],
    ["logRemainingEvals", Math.log1p(5)],
    ["improvementShare", 0.6],
    ["quantum", 0.04],
    ["rises", 0.5],
    ["gainSinceHalf", 0.2],
    ["linearGain", 0.4],
  ])("%s of a short curve is %d", (name, expected) => {
    const rows = rowsOf(scores(0.1, 0.3, 0.5, 0.46, 0.42), { ...noPlan, steps: 100 });
    expect(feature(rows[4]!, name)).toBeCloseTo(expected, 10);
  });

  test.each([
    ["evalLossLog", Math.log(2)],
    ["evalLossOverMin", Math.log(2)],
    ["evalLossStaleShare", 1 / 3],
    ["evalLossFall", Math.log(4)],
    ["evalLossSlope3", -Math.log(2) / 2],
    ["trainEvalGap", Math.log(2 / 0.5)],
    ["learningRateShare", 0.5],
  ])("%s of falling losses is %d", (name, expected) => {
    const rows = rowsOf([
      { evalLoss: 4, trainLoss: 3, learningRate: 0.1 },
      { evalLoss: 1, trainLoss: 1, learningRate: 0.2 },
      { evalLoss: 2, trainLoss: 0.5, learningRate: 0.1 },
    ]);
    expect(feature(rows[2]!, name)).toBeCloseTo(expected, 10);
  });

  test("noise of a straight line is 0, and of alternating +-s it is known", () => {
    expect(feature(rowsOf(scores(0.1, 0.2, 0.3, 0.4)).at(-1)!, "noise")).toBeCloseTo(0, 10);
    const zigzag = scores(0.5, 0.6, 0.5, 0.6, 0.5);
    expect(feature(rowsOf(zigzag).at(-1)!, "noise")).toBeCloseTo(0.2 / Math.sqrt(6), 10);
  });

  test("a dead band counts what beats it only", () => {
    const row = rowsOf(scores(0.5, 0.503, 0.507, 0.509)).at(-1)!;
    expect(feature(row, "staleCost002")).toBeCloseTo(0.25, 10);
    expect(feature(row, "staleCost005")).toBeCloseTo(0.25, 10);
    expect(feature(row, "staleCost010")).toBeCloseTo(0.75, 10);
  });

  test("without a plan whatever depends on it is missing, nothing else", () => {
    const row = rowsOf(scores(0.1, 0.2, 0.3)).at(-1)!;
    for (const name of ["progress", "logRemainingEvals", "stalePlanShare", "powerLawGain", "linearGain"])
      expect(feature(row, name)).toBeNaN();
    expect(feature(row, "gainSinceHalf")).toBeCloseTo(0.2, 10);
  });

  test("a value out of its declared range never occurs", () => {
    fc.assert(
      fc.property(run, plans, (signals, plan) => {
        let [tokens, epoch] = [0, 0];
        const rising = signals.map((each) => ({
          ...each,
          tokens: Number.isNaN(each.tokens) ? unknown : (tokens += each.tokens),
          epoch: Number.isNaN(each.epoch) ? unknown : (epoch += each.epoch),
        }));
        for (const row of rowsOf(rising, plan)) {
          checkpointFeatures.forEach(({ name, range }, at) => {
            const value = row[at]!;
            const inside = Number.isNaN(value) || (value >= range[0] - 1e-9 && value <= range[1] + 1e-9);
            if (!inside) throw new Error(`${name} = ${value} outside ${range[0]} to ${range[1]}`);
          });
        }
      }),
    );
  });

  test("never looks ahead: later checkpoints change no earlier row", () => {
    fc.assert(
      fc.property(run, run, plans, (start, rest, plan) => {
        const alone = rowsOf(start, plan);
        expect(rowsOf([...start, ...rest], plan).slice(0, start.length)).toEqual(alone);
      }),
    );
  });

  test("a resumed extractor goes on exactly, from any index and through JSON", () => {
    fc.assert(
      fc.property(run, fc.nat(), plans, (signals, cut, plan) => {
        const whole = rowsOf(signals, plan);
        const first = new CheckpointExtractor(plan);
        const at = cut % signals.length;
        signals
          .slice(0, at)
          .forEach((each, index) => first.observe({ ...blank, step: 10 * (index + 1), ...each }));
        const text = JSON.stringify(first.state());
        const resumed = CheckpointExtractor.fromState(
          plan,
          JSON.parse(text) as ReturnType<typeof first.state>,
        );
        const rest = signals
          .slice(at)
          .map((each, index) => resumed.observe({ ...blank, step: 10 * (at + index + 1), ...each }));
        expect(rest).toEqual(whole.slice(at));
      }),
    );
  });

  test("units of cost do not matter where there are no tokens to tell by", () => {
    const curve = Array.from({ length: 60 }, (_, index) => 1 - 1 / (index + 2));
    const inSteps = rowsOf(scores(...curve), { ...noPlan, steps: 800 }).at(-1)!;
    const extractor = new CheckpointExtractor({ ...noPlan, steps: 8000 });
    const tenfold = curve.map((quality, index) =>
      extractor.observe({ ...blank, step: 100 * (index + 1), quality }),
    );
    checkpointFeatures.forEach(({ name }, at) => {
      if (name === "logStep") return;
      if (Number.isNaN(inSteps[at]!)) expect(tenfold.at(-1)![at], name).toBeNaN();
      else expect(tenfold.at(-1)![at], name).toBeCloseTo(inSteps[at]!, 9);
    });
  });

  test("an empty checkpoint and a step 0 make no number up", () => {
    const extractor = new CheckpointExtractor(noPlan);
    const row = extractor.observe({ ...blank, step: 0, quality: 0.2 });
    expect(feature(row, "best")).toBe(0.2);
    expect(feature(row, "logStep")).toBeNaN();
    expect(feature(extractor.observe(blank), "best")).toBe(0.2);
  });

  test("a state of another length is refused", () => {
    expect(() => CheckpointExtractor.fromState(noPlan, [1, 2])).toThrow(/2 cells/);
  });
});
