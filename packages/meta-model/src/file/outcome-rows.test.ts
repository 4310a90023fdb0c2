import { expect, test } from "vitest";
import { targetsOf } from "../choice/prediction.ts";
import { randomFrom } from "@stopwise/core/random";
import { OutcomeRows } from "./outcome-rows.ts";
import { dequantised, quantised } from "./quantised.ts";

const random = randomFrom(3);
const [nRuns, nSettings] = [9, 6];
const candidates = [0, 2, 3, 5];
const cells = Array.from({ length: nRuns * nSettings }, () => random());
const saving = Uint16Array.from(cells, quantised);
// The loss levels themselves are among the losses: an event is a loss above a level, not at it.
const emLoss = Uint16Array.from(cells, (value, k) =>
  quantised([0, 0.003, 0.0031, 0.01, 0.0101, 0.03, 0.05, 0.5][Math.floor(value * 8 + k) % 8]!),
);

/** The definition: weighted sums of the targets that estimators learn. */
function plainly(runs: Int32Array, weights: Float64Array, share: number): Float64Array {
  const table = {
    nRuns,
    nSettings,
    saving: Float64Array.from(saving, dequantised),
    emLoss: Float64Array.from(emLoss, dequantised),
  };
  const targets = targetsOf(table as never, candidates);
  const width = targets.length / nRuns;
  return Float64Array.from({ length: width }, (_, t) =>
    runs.reduce((sum, run, k) => sum + share * weights[k]! * targets[run * width + t]!, 0),
  );
}

test.each([
  { runs: [], weights: [] },
  { runs: [4], weights: [1] },
  { runs: [8, 0, 3, 4], weights: [0.4, 0.3, 0.2, 0.1] },
  { runs: [1, 2, 3, 5, 6, 7], weights: [0.3, 0.2, 0.2, 0.1, 0.1, 0.1] },
  { runs: [8, 7, 6, 5, 4, 3, 2, 1, 0], weights: [0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] },
])("adds the targets of $runs", ({ runs, weights }) => {
  const rows = new OutcomeRows({ saving, emLoss, nSettings, candidates });
  const near = { runs: Int32Array.from(runs), weights: Float64Array.from(weights) };
  const expected = plainly(near.runs, near.weights, 0.7);
  for (let time = 0; time < 2; time++) {
    const row = new Float64Array(expected.length);
    rows.addTo(row, near, 0.7);
    row.forEach((value, t) => expect(value).toBeCloseTo(expected[t]!, 6));
  }
});
