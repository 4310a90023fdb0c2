import { readdirSync } from "node:fs";
import type { Curve, Json, SimplePolicy } from "@stopwise/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contextOf } from "../stopper/context.ts";
import type { StopperContext } from "../statistic/contract.ts";
import { criteria } from "./index.ts";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { describePolicy } from "../policy/describe-policy.ts";
import { observationAt, type Observation } from "../stopper/observation.ts";
import { criterionSeries, outcomeMatrix } from "../replay/outcome-matrix.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { replay } from "../replay/replay.ts";
import { startCriterion } from "../stopper/rule.ts";
import { anyCurve, curveFrom } from "../testing/curves.ts";

const files = readdirSync(new URL("./", import.meta.url)).filter(
  (file) => /^[a-z-]+\.ts$/.test(file) && file !== "index.ts",
);

const isDefinition = (value: unknown): value is CriterionDefinition =>
  typeof value === "object" && value !== null && "nested" in value && "create" in value;

async function definitionIn(file: string): Promise<CriterionDefinition> {
  const module = (await import(/* @vite-ignore */ new URL(file, import.meta.url).href)) as Record<
    string,
    unknown
  >;
  const found = Object.values(module).filter(isDefinition);
  if (found.length !== 1) throw new Error(`${file} must export one criterion, exports ${found.length}`);
  return found[0]!;
}

test("every file holds one criterion of its name, and all are registered", async () => {
  const names = await Promise.all(files.map(async (file) => (await definitionIn(file)).name));
  expect(names.map((name) => `${name}.ts`)).toEqual(files);
  expect(names.sort()).toEqual([...criteria.keys()].sort());
});

function policyOf(definition: CriterionDefinition, params: object, threshold: number): SimplePolicy {
  return parsePolicy({ version: 1, criterion: definition.name, params, threshold }) as SimplePolicy;
}

/** z by streaming observations that are changed on their way. */
function stream(policy: SimplePolicy, curve: Curve, change = (o: Observation): Observation => o): number[] {
  const criterion = startCriterion(policy, contextOf(curve));
  return Array.from({ length: curve.nCheckpoints }, (_, i) =>
    criterion.observe(change(observationAt(curve, i))),
  );
}

const cases = [...criteria.values()].flatMap((definition) =>
  definition.examples.map((params) => ({
    definition,
    params,
    name: `${definition.name} ${JSON.stringify(params)}`,
  })),
);

describe.each(cases)("$name", ({ definition, params }) => {
  const thresholds = [...definition.thresholds]
    .sort((a, b) => a - b)
    .filter((t) => {
      try {
        return Boolean(policyOf(definition, params, t));
      } catch {
        return false;
      }
    });
  const policy = policyOf(definition, params, thresholds[0]!);

  test("has thresholds that are allowed and says a sentence of its own for each", () => {
    expect(thresholds.length).toBeGreaterThan(0);
    const sentences = thresholds.map((threshold) => describePolicy(policyOf(definition, params, threshold)));
    expect(new Set(sentences).size).toBe(thresholds.length);
    expect(sentences.join()).not.toMatch(/undefined|NaN|Infinity/);
  });

  test("does not look ahead", () => {
    fc.assert(
      fc.property(anyCurve, fc.nat(23), fc.double({ min: 0, max: 1, noNaN: true }), (curve, cut, other) => {
        const changed = stream(policy, curve, (o) =>
          o.index > cut
            ? { ...o, quality: other, evalLoss: 9 * other, trainLoss: other, gradNorm: other }
            : o,
        );
        expect(changed.slice(0, cut + 1)).toEqual(stream(policy, curve).slice(0, cut + 1));
      }),
      { numRuns: 40 },
    );
  });

  test("gives the same streamed and replayed", () => {
    fc.assert(
      fc.property(anyCurve, (curve) => {
        expect([...criterionSeries(policy, curve).z]).toEqual(stream(policy, curve));
      }),
      { numRuns: 60 },
    );
  });

  test("goes on from its state at every index", () => {
    fc.assert(
      fc.property(anyCurve, (curve) => {
        const context = contextOf(curve);
        const whole = stream(policy, curve);
        let criterion = startCriterion(policy, context);
        for (let i = 0; i < curve.nCheckpoints; i++) {
          const state = JSON.parse(JSON.stringify(criterion.state())) as Json;
          criterion = startCriterion(policy, context, state);
          expect(criterion.observe(observationAt(curve, i))).toBe(whole[i]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a state that was given out does not change any more", () => {
    const curve = curveFrom([0.1, 0.4, 0.2, 0.6, 0.5, 0.5, 0.5]);
    const criterion = startCriterion(policy, {});
    for (let i = 0; i < 4; i++) criterion.observe(observationAt(curve, i));
    const state = criterion.state();
    const text = JSON.stringify(state);
    for (let i = 4; i < 7; i++) criterion.observe(observationAt(curve, i));
    expect(JSON.stringify(state)).toBe(text);
  });

  test("its threshold is nested: higher never stops earlier, never loses more", () => {
    const nested = thresholds.map((threshold) => policyOf(definition, params, threshold));
    fc.assert(
      fc.property(anyCurve, (curve) => {
        const { stopIndex, emLoss } = outcomeMatrix([curve], nested);
        for (let j = 1; j < nested.length; j++) {
          expect(stopIndex[j]!).toBeGreaterThanOrEqual(stopIndex[j - 1]!);
          expect(emLoss[j]!).toBeLessThanOrEqual(emLoss[j - 1]!);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("never stops a run that logs nothing but steps, unless by a budget", () => {
    const nothing = (o: Observation): Observation => ({
      ...o,
      quality: NaN,
      evalLoss: NaN,
      trainLoss: NaN,
      gradNorm: NaN,
    });
    const z = stream(policy, curveFrom([0.1, 0.2, 0.3]), nothing);
    if (definition.name !== "budget") expect(z).toEqual([NaN, NaN, NaN]);
  });

  test("with nan stop a missing value stops at once, with nan ignore it changes nothing", () => {
    const holed = curveFrom([0.5, null, 0.6]);
    const fill = (o: Observation): Observation => ({ ...o, evalLoss: 1 - o.quality, gradNorm: o.quality });
    const withRule = (nan: string): number[] =>
      stream(parsePolicy({ ...policy, nan }) as SimplePolicy, holed, fill);
    if (["never", "budget", "non-finite"].includes(definition.name)) return;
    expect(withRule("stop")[1]).toBe(Infinity);
    const [first, second] = withRule("ignore");
    const elapses =
      definition.name.endsWith("staleness") && (params as { unit?: string; patienceOrigin?: string });
    if (!elapses || (elapses.unit === undefined && elapses.patienceOrigin === undefined))
      expect(second).toBe(first);
  });

  test("a constant curve and a single checkpoint are nothing out of the ordinary", () => {
    for (const n of [0, 1, 30]) {
      const curve = curveFrom(
        Array.from({ length: n }, () => 0.5),
        { plannedSteps: 3000 },
      );
      const fill = (o: Observation): Observation => ({ ...o, evalLoss: 1, trainLoss: 1, gradNorm: 1 });
      for (const z of stream(policy, curve, fill)) expect(Number.isFinite(z) || Number.isNaN(z)).toBe(true);
      expect(() => replay(policy, curve)).not.toThrow();
    }
  });

  test("does not depend on the unit of cost, but in proportion where it says so", () => {
    const scale = 1024;
    const kind = definition.scalesWith?.(policy.params) ?? "none";
    fc.assert(
      fc.property(anyCurve, (curve) => {
        const context = contextOf(curve);
        const { steps, tokens, epochs } = context.planned ?? {};
        const times = (value: number | undefined): number | undefined =>
          value === undefined ? value : scale * value;
        const wide: StopperContext = {
          ...context,
          planned: { steps: times(steps), tokens: times(tokens), epochs },
        };
        const criterion = startCriterion(policy, wide);
        stream(policy, curve).forEach((z, i) => {
          const o = observationAt(curve, i);
          const scaled = { ...o, step: scale * o.step, tokens: scale * o.tokens, cost: scale * o.cost };
          const expected = kind === "none" ? z : scale * z;
          const got = criterion.observe(scaled);
          if (!Number.isFinite(expected)) expect(got).toBe(expected);
          else expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
        });
      }),
      { numRuns: 30 },
    );
  });
});
