import { describe, expect, test } from "vitest";
import { replay } from "../replay/replay.ts";
import { curveFrom } from "../testing/curves.ts";

const rise = [0.1, 0.3, 0.3, 0.3, 0.3, 0.3];
const creep = [0.5, 0.504, 0.508, 0.512, 0.516, 0.52, 0.524];

describe("staleness", () => {
  test.each([
    { name: "patience 2 on a plateau", quality: rise, threshold: 2, params: {}, stop: 3 },
    {
      name: "creep under a dead band adds up",
      quality: creep,
      threshold: 4,
      params: { minDelta: 0.01 },
      stop: null,
    },
    {
      name: "creep under a ratchet never counts",
      quality: creep,
      threshold: 4,
      params: { minDelta: 0.01, minDeltaMode: "ratchet" },
      stop: 4,
    },
    {
      name: "a relative margin is a share of the reference",
      quality: [0.5, 0.54, 0.549, 0.6, 0.6],
      threshold: 2,
      params: { minDelta: 0.1, minDeltaMode: "relative" },
      stop: 2,
    },
    { name: "a tie that counts as good", quality: rise, threshold: 2, params: { tie: "good" }, stop: null },
    {
      name: "half of the tokens are stale",
      quality: rise,
      threshold: 0.5,
      params: { unit: "tokenShare" },
      stop: 3,
    },
    {
      name: "the first three are not counted",
      quality: rise,
      threshold: 2,
      params: { countAfter: 3 },
      stop: 4,
    },
    {
      name: "what moved the best meanwhile must be beaten",
      quality: [0.9, 0.1, 0.2, 0.3, 0.4, 0.5],
      threshold: 2,
      params: { countAfter: 3 },
      stop: 4,
    },
    {
      name: "a gain under the level counts as stale, and stops nothing",
      quality: [0.1, 0.2, 0.3, 0.4, 0.35, 0.5],
      threshold: 3,
      params: { baseline: 0.6 },
      stop: 4,
    },
    {
      name: "a first reference that is not reached",
      quality: rise,
      threshold: 2,
      params: { baseline: 0.4, baselineRole: "reference" },
      stop: 1,
    },
    { name: "250 steps", quality: rise, threshold: 250, params: { unit: "steps" }, stop: 4 },
    { name: "share of the plan", quality: rise, threshold: 0.2, params: { unit: "planShare" }, stop: 3 },
  ])("$name", ({ quality, threshold, params, stop }) => {
    const curve = curveFrom(quality, { plannedSteps: 1000 });
    expect(replay({ version: 1, criterion: "staleness", params, threshold }, curve).stopIndex).toBe(stop);
  });

  test("without a plan there is no share of it", () => {
    const policy = { version: 1, criterion: "staleness", params: { unit: "planShare" }, threshold: 0.01 };
    expect(replay(policy, curveFrom(rise)).stopIndex).toBeNull();
  });

  const holes = [0.5, null, null, 0.4, 0.4, 0.4];
  test.each([
    { nan: "count", stop: 2 },
    { nan: "ignore", stop: 4 },
    { nan: "stop", stop: 1 },
    { nan: "poison", stop: 2 },
  ])("missing values with nan $nan", ({ nan, stop }) => {
    expect(
      replay({ version: 1, criterion: "staleness", nan, threshold: 2 }, curveFrom(holes)).stopIndex,
    ).toBe(stop);
  });

  test("elapsed counts the evaluations that were missing", () => {
    const policy = {
      version: 1,
      criterion: "staleness",
      nan: "ignore",
      threshold: 3,
      params: { patienceOrigin: "elapsed" },
    };
    expect(replay(policy, curveFrom(holes)).stopIndex).toBe(3);
  });

  test("a series that is not logged never stops a run", () => {
    const policy = { version: 1, criterion: "staleness", monitor: "evalLoss", threshold: 1 };
    expect(replay(policy, curveFrom(rise)).stopIndex).toBeNull();
  });

  test("a crossing in the warm-up counts only if it still holds after it", () => {
    const quality = [0.5, 0.4, 0.4, 0.6, 0.6, 0.6];
    const policy = { version: 1, criterion: "staleness", threshold: 2 };
    expect(replay({ ...policy, warmup: { evals: 3 } }, curveFrom(quality)).stopIndex).toBe(5);
    expect(replay({ ...policy, warmup: { evals: 2 } }, curveFrom(quality)).stopIndex).toBe(2);
  });

  test("a warm-up that hides its checkpoints starts the reference after it", () => {
    const quality = [0.9, 0.1, 0.2, 0.3, 0.3, 0.3];
    const policy = { version: 1, criterion: "staleness", threshold: 2 };
    expect(replay({ ...policy, warmup: { evals: 1, updatesBest: true } }, curveFrom(quality)).stopIndex).toBe(
      2,
    );
    expect(
      replay({ ...policy, warmup: { evals: 1, updatesBest: false } }, curveFrom(quality)).stopIndex,
    ).toBe(5);
  });
});

describe("headroom staleness", () => {
  const policy = { version: 1, criterion: "headroom-staleness", threshold: 3 };

  test("stops where nothing is left to gain, else as staleness does", () => {
    expect(replay(policy, curveFrom([0.5, 0.9, 0.999, 0.9, 0.9])).stopIndex).toBe(2);
    expect(replay(policy, curveFrom([0.5, 0.9, 0.99, 0.9, 0.9, 0.9])).stopIndex).toBe(5);
    expect(replay({ ...policy, params: { headroom: 0.01 } }, curveFrom([0.5, 0.99, 0.9])).stopIndex).toBe(1);
    expect(replay({ ...policy, threshold: null }, curveFrom([0.5, 1, 0.9])).stopIndex).toBeNull();
  });

  test("reaching the top in the warm-up counts when it is over", () => {
    expect(replay({ ...policy, warmup: { evals: 3 } }, curveFrom([0.5, 1, 0.9, 0.9, 0.9])).stopIndex).toBe(3);
  });

  test("watches a quality alone", () => {
    expect(() => replay({ ...policy, monitor: "evalLoss" }, curveFrom([]))).toThrow(
      'monitor must be "quality"',
    );
  });
});
