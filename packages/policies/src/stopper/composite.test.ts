import { curveOf, type Policy } from "@stopwise/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describePolicy } from "../policy/describe-policy.ts";
import { outcomeMatrix } from "../replay/outcome-matrix.ts";
import { pairedOutcomes } from "../replay/paired-outcomes.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { replay } from "../replay/replay.ts";
import { createStopper } from "./stopper.ts";
import { anyCurve, curveFrom, runOf } from "../testing/curves.ts";

const stale = (threshold: number, more: object = {}) => ({
  version: 1,
  criterion: "staleness",
  threshold,
  ...more,
});
const composite = (criterion: string, of: object[], more: object = {}) => ({
  version: 1,
  criterion,
  of,
  ...more,
});
const loss = { monitor: "evalLoss" };

/** Quality stalls from 0.3 on, the loss goes on falling for three more evaluations. */
const parting = curveOf(
  runOf(
    [
      [0.1, 3],
      [0.3, 2.5],
      [0.3, 2],
      [0.3, 1.5],
      [0.3, 1.4],
      [0.3, 1.6],
      [0.3, 1.7],
      [0.3, 1.8],
      [0.3, 1.9],
    ].map(([quality, evalLoss], i) => ({ step: 100 * (i + 1), quality, evalLoss })),
  ),
);

test.each([
  { name: "anyOf: the first of both", policy: composite("anyOf", [stale(2), stale(2, loss)]), stop: 3 },
  { name: "allOf: both at once", policy: composite("allOf", [stale(2), stale(2, loss)]), stop: 6 },
  { name: "afterWarmup", policy: composite("afterWarmup", [stale(2)], { warmup: { evals: 5 } }), stop: 5 },
  { name: "sequence: one after the other", policy: composite("sequence", [stale(2), stale(1)]), stop: 5 },
  {
    name: "guard: not while the loss falls",
    policy: composite("guard", [stale(2), stale(1, loss)]),
    stop: 5,
  },
])("$name", ({ policy, stop }) => {
  expect(replay(policy, parting).stopIndex).toBe(stop);
});

test("a guarded proposal stands though it would no longer be made", () => {
  const points = [0.5, 0.4, 0.4, 0.6, 0.7, 0.7].map((quality, i) => ({
    step: i + 1,
    quality,
    evalLoss: [5, 4, 3, 2, 2, 2][i]!,
  }));
  const curve = curveOf(runOf(points));
  expect(replay(composite("guard", [stale(2), stale(1, loss)]), curve).stopIndex).toBe(4);
  expect(replay(composite("allOf", [stale(2), stale(1, loss)]), curve).stopIndex).toBeNull();
});

test("relaxing waits longer after a fall", () => {
  const quality = [0.5, 0.6, 0.7, 0.5, 0.5, 0.6, 0.65, 0.8, 0.8, 0.8, 0.8];
  const policy = (params: object) => composite("relaxing", [stale(3)], { params });
  expect(replay(stale(3), curveFrom(quality)).stopIndex).toBe(5);
  expect(replay(policy({ drop: 0.05, evals: 4 }), curveFrom(quality)).stopIndex).toBe(10);
  expect(replay(policy({ drop: 0.3 }), curveFrom(quality)).stopIndex).toBe(5);
});

test.each([
  [composite("guard", [stale(1)]), "of must hold at least two policies for guard, got 1."],
  [composite("relaxing", [stale(1), stale(2)]), "of must hold one policy of one criterion for relaxing."],
  [composite("afterWarmup", [stale(1)]), "warmup must be given for afterWarmup"],
  [composite("anyOf", [stale(1)], { params: { x: 1 } }), 'params has no field "x".'],
  [composite("anyOf", [composite("allOf", [{}])]), "of.0.of.0: criterion must be a name, got nothing."],
])("refuses %j", (policy, message) => {
  expect(() => parsePolicy(policy)).toThrow(message);
});

const members = [
  stale(1),
  stale(2, { warmup: { evals: 3 } }),
  stale(2, loss),
  { version: 1, criterion: "slope", threshold: 0 },
];
const anyComposite: fc.Arbitrary<Policy> = fc
  .record({
    version: fc.constant(1),
    criterion: fc.constantFrom("anyOf", "allOf", "sequence", "guard"),
    of: fc.array(fc.constantFrom(...members), { minLength: 2, maxLength: 3 }),
    warmup: fc.constantFrom(undefined, { evals: 2, updatesBest: true }, { evals: 4, updatesBest: false }),
  })
  .chain((inner) =>
    fc.constantFrom(inner, composite("anyOf", [inner, stale(9)]), composite("guard", [inner, stale(1)])),
  )
  .map((policy) => parsePolicy(policy));

test("composites stream, resume and replay alike", () => {
  fc.assert(
    fc.property(anyComposite, anyCurve, fc.nat(24), (policy, curve, cut) => {
      const { stopIndex } = replay(policy, curve);
      expect(outcomeMatrix([curve], [policy]).stopIndex[0]).toBe(stopIndex ?? curve.nCheckpoints - 1);
      const planned = { steps: curve.plannedSteps };
      let stopper = createStopper(policy, { planned });
      let stop: number | null = null;
      for (let i = 0; i < curve.nCheckpoints && stop === null; i++) {
        if (i === cut)
          stopper = createStopper(policy, {
            planned,
            state: JSON.parse(JSON.stringify(stopper.state())) as never,
          });
        const point = {
          step: curve.step[i]!,
          tokens: curve.tokens[i],
          quality: curve.quality[i],
          evalLoss: curve.evalLoss[i],
        };
        if (stopper.observe(point).action === "stop") stop = i;
      }
      expect(stop).toBe(stopIndex);
    }),
  );
});

test("composites say their sentence", () => {
  const sentence = (policy: object) => describePolicy(parsePolicy(policy));
  expect(sentence(composite("guard", [stale(2), stale(1, loss)]))).toBe(
    "Stop when quality has not improved for 2 evaluations, but not before eval loss has not improved for 1 evaluation; deliver the best checkpoint.",
  );
  expect(sentence(lowerThenStop)).toBe(
    "Multiply the learning rate by 0.3 when quality has not improved for 2 evaluations; then stop when quality has not improved for 3 evaluations; deliver the best checkpoint.",
  );
});

const lower = { action: { kind: "reduceLearningRate", factor: 0.3 } };
const lowerThenStop = composite("sequence", [stale(2, lower), stale(3)]);

describe("learning-rate actions", () => {
  test("lower first, stop when that no longer helps", () => {
    const stopper = createStopper(lowerThenStop);
    const actions = [0.5, 0.5, 0.5, 0.6, 0.7, 0.7, 0.7, 0.7].map(
      (quality, i) => stopper.observe({ step: i + 1, quality }).action,
    );
    const on = "continue";
    expect(actions).toEqual([on, on, "reduceLearningRate", on, on, on, on, "stop"]);
  });

  test("alone, it acts every time anew", () => {
    const stopper = createStopper(stale(1, { action: { kind: "cooldown", tokens: 500 } }));
    const decisions = [0.5, 0.5, 0.5, 0.5].map((quality, i) => stopper.observe({ step: i + 1, quality }));
    expect(decisions.map(({ action }) => action)).toEqual(["continue", "cooldown", "continue", "cooldown"]);
    expect(decisions[1]).toMatchObject({
      cooldownTokens: 500,
      reason: expect.stringContaining("Cool down because") as string,
    });
  });

  test("a cooldown is stopped when its tokens are spent", () => {
    const budget = {
      version: 1,
      criterion: "budget",
      params: { unit: "steps", relative: true },
      threshold: 2,
    };
    const stopper = createStopper(
      composite("sequence", [stale(1, { action: { kind: "cooldown", tokens: 9 } }), budget]),
    );
    const actions = [1, 2, 3, 4, 5, 6].map((step) => stopper.observe({ step, quality: 0.5 }).action);
    expect(actions).toEqual(["continue", "cooldown", "continue", "continue", "stop", "stop"]);
  });

  test("a replay ends where the curve would change", () => {
    const curve = curveFrom([0.5, 0.5, 0.5, 0.6, 0.7]);
    expect(replay(lowerThenStop, curve)).toMatchObject({
      stopIndex: null,
      decision: { action: "reduceLearningRate", step: 300, factor: 0.3 },
    });
    expect(() => outcomeMatrix([curve], [lowerThenStop])).toThrow(
      "changes the learning rate, which no recorded curve can tell about.",
    );
  });

  test("paired runs judge it, and their number is told", () => {
    const pairs = [
      { base: curveFrom([0.5, 0.6, 0.6, 0.6]), changed: curveFrom([0.5, 0.7]) },
      { base: curveFrom([0.5, 0.6, 0.6, 0.6]), changed: curveFrom([0.5, 0.55, 0.55, 0.55]) },
    ];
    const { nPairs, meanSaving, meanEmLoss, meanGain, better, worse } = pairedOutcomes(pairs);
    expect({ nPairs, meanSaving, better, worse }).toEqual({
      nPairs: 2,
      meanSaving: 0.25,
      better: 0.5,
      worse: 0.5,
    });
    expect(meanEmLoss).toBeCloseTo(0.025, 12);
    expect(meanGain).toBeCloseTo(0.025, 12);
  });

  test("in a real training loop the lower rate gets below the noise that the high one is stuck in", () => {
    const constant = trainWith(stale(12, { monitor: "evalLoss" }));
    const lowered = trainWith(
      composite("sequence", [
        stale(6, { ...loss, action: { kind: "reduceLearningRate", factor: 0.1 } }),
        stale(6, { ...loss, action: { kind: "reduceLearningRate", factor: 0.1 } }),
        stale(12, loss),
      ]),
    );
    expect(lowered.actions).toEqual(["reduceLearningRate", "reduceLearningRate", "stop"]);
    expect(constant.actions).toEqual(["stop"]);
    expect(lowered.best).toBeLessThan(constant.best / 3);
  });
});

/** Logistic regression by stochastic gradient descent on noisy labels, evaluated every 25 steps; real, small, seeded. */
function trainWith(policy: object): { actions: string[]; best: number } {
  let seed = 7;
  const uniform = (): number => (seed = (Math.imul(seed, 48271) >>> 0) % 2147483647) / 2147483647;
  const truth = [1.5, -2, 0.5];
  const logit = (w: number[], x: number[]): number => w.reduce((sum, weight, i) => sum + weight * x[i]!, 0);
  const sigmoid = (t: number): number => 1 / (1 + Math.exp(-t));
  const draw = (): number[] => truth.map(() => 2 * uniform() - 1);
  const held = Array.from({ length: 300 }, draw);
  const excess = (w: number[]): number =>
    held.reduce((sum, x) => {
      const p = sigmoid(logit(truth, x));
      const q = sigmoid(logit(w, x));
      return sum + p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    }, 0) / held.length;
  const stopper = createStopper(policy);
  const weights = [0, 0, 0];
  const actions: string[] = [];
  let rate = 1;
  let best = Infinity;
  for (let step = 1; step <= 20_000; step++) {
    const x = draw();
    const label = uniform() < sigmoid(logit(truth, x)) ? 1 : 0;
    const error = sigmoid(logit(weights, x)) - label;
    x.forEach((value, i) => (weights[i] = weights[i]! - rate * error * value));
    if (step % 25 !== 0) continue;
    const evalLoss = excess(weights);
    best = Math.min(best, evalLoss);
    const decision = stopper.observe({ step, evalLoss });
    if (decision.action !== "continue") actions.push(decision.action);
    if (decision.action === "reduceLearningRate") rate *= decision.factor!;
    if (decision.action === "stop") break;
  }
  return { actions, best };
}

test("an audited run goes on and remembers where it would have stopped", () => {
  const stopper = createStopper(stale(2), { audited: true });
  for (let i = 1; i <= 5; i++) expect(stopper.observe({ step: i, quality: 0.5 }).action).toBe("continue");
  expect(stopper.wouldStopAt).toBe(3);
  expect(createStopper(stale(2), { audited: true, state: stopper.state() }).wouldStopAt).toBe(3);
});
