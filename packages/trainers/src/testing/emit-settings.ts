// Settings as users paste them, for a spread of policies, with where the replay of each policy stops on some curves: one
// JSON document on stdout, which load_settings.py gives to the real classes.
import { curveOf, parseWith, simplePolicySchema, type SimplePolicy } from "@stopwise/core";
import { replay } from "@stopwise/policies";
import { trainers } from "../registry.ts";

const staleness = (fields: object): SimplePolicy =>
  parseWith(simplePolicySchema, { version: 1, criterion: "staleness", threshold: 3, ...fields }, "");

const score = [
  {},
  { threshold: 1 },
  { params: { minDelta: 0.0625 } },
  { params: { minDelta: 0.0625, minDeltaMode: "ratchet" } },
  { params: { minDelta: 0.0625, minDeltaMode: "relative" } },
  { params: { tie: "good" } },
  { params: { countAfter: 4 } },
  { params: { baseline: 0.5 } },
  { warmup: { evals: 4, updatesBest: false } },
  { warmup: { evals: 4, updatesBest: true } },
  { nan: "stop" },
  { nan: "ignore" },
  { delivery: "last" },
];
const policies: readonly SimplePolicy[] = [
  ...score.map(staleness),
  ...score.map((fields) => staleness({ ...fields, monitor: "evalLoss", direction: "min" })),
];

const curves = Array.from({ length: 12 }, (_, k) => {
  const values = Array.from({ length: 24 }, (_, i) =>
    k % 3 === 1 && i % 7 === 5
      ? null
      : Math.round(16 * (1 - Math.exp(-i / (2 + k))) + ((i * (k + 3)) % 5)) / 20,
  );
  const points = values.map((value, i) => ({
    step: 100 * (i + 1),
    quality: value,
    evalLoss: value === null ? null : 2 - value,
  }));
  return curveOf({ id: `curve-${k}`, metric: "exact_match", kind: "quality", hyper: {}, points });
});

const cases = trainers.flatMap((trainer) =>
  policies.flatMap((policy) => {
    const { fidelity, carried } = trainer.expressible(policy);
    if (fidelity === "impossible" || carried === null) return [];
    const metric = policy.monitor === "evalLoss" ? "eval_loss" : "exact_match";
    const config = trainer.configOf(policy, { task: { maxSteps: 8000, evals: 40, metric } });
    const values = curves.map((curve) =>
      Array.from(curve[policy.monitor], (value) => (Number.isNaN(value) ? null : value)),
    );
    const stops = curves.map((curve) => replay(carried, curve).stopIndex);
    return [
      { target: trainer.name, fidelity, settings: config.settings, snippet: config.snippet, values, stops },
    ];
  }),
);
process.stdout.write(JSON.stringify({ cases }));
