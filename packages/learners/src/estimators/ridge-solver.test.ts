import { MultivariateLinearRegression } from "ml-regression";
import { expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import { momentsOf, solveRidge } from "./ridge-solver.ts";

test.each([0.01, 0.3, 3])(
  "penalty %f: ridge is least squares on rows with the penalty appended",
  (penalty) => {
    const random = randomFrom(4);
    const n = 40;
    const rows = Array.from({ length: n }, () => Float64Array.of(1, random(), random() - 0.5, random() * 2));
    const targets = Float32Array.from({ length: n * 2 }, () => random());
    const weights = Float64Array.from({ length: n }, () => 0.5 + random());
    const training = { features: rows, kinds: [], targets, nTargets: 2, weights, groups: new Int32Array(n) };
    const moments = momentsOf(
      training,
      rows,
      rows.map((_, run) => run),
    );
    const coefficients = solveRidge(moments, penalty);

    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const inputs = rows.map((row, run) => Array.from(row, (value) => Math.sqrt(weights[run]!) * value));
    const outputs = rows.map((_, run) => [0, 1].map((t) => Math.sqrt(weights[run]!) * targets[run * 2 + t]!));
    for (const column of [1, 2, 3]) {
      inputs.push([0, 1, 2, 3].map((at) => (at === column ? Math.sqrt(total * penalty) : 0)));
      outputs.push([0, 0]);
    }
    const reference = new MultivariateLinearRegression(inputs, outputs, {
      intercept: false,
      statistics: false,
    });
    for (const row of rows.slice(0, 5)) {
      const predicted = reference.predict([...row]);
      for (const t of [0, 1]) {
        const own = row.reduce((sum, value, column) => sum + value * coefficients[column * 2 + t]!, 0);
        expect(own).toBeCloseTo(predicted[t]!, 7);
      }
    }
  },
);
