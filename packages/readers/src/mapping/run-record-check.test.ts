import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { runRecordSchema } from "@stopwise/core";
import { brokenRunRecordRule } from "./run-record-check.ts";

const odd = fc.oneof(
  fc.constantFrom(null, undefined, true, "", "text", [], {}, -1, 0, 1, 0.5, 1.5, NaN, Infinity, -Infinity),
  fc.double(),
);
const field = (valid: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: valid }, { weight: 1, arbitrary: odd });
const optional = (valid: fc.Arbitrary<unknown>) => field(fc.oneof(valid, fc.constantFrom(null, undefined)));
const positive = fc.double({ min: 1e-3, max: 1e12, noNaN: true });
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

const point = fc.record(
  {
    step: field(fc.nat()),
    tokens: optional(fc.nat()),
    quality: optional(fraction),
    testQuality: optional(fraction),
    value: optional(positive),
    evalLoss: optional(positive),
    trainLoss: optional(positive),
    gradNorm: optional(positive),
    lr: optional(positive),
    epoch: optional(positive),
    other: odd,
  },
  { requiredKeys: ["step"] },
);

const names = ["source", "path", "group", "sweep", "task", "model", "family"];
const counts = ["params", "datasetSize", "answerLength", "plannedSteps", "plannedTokens", "plannedEpochs"];
const record = fc.record(
  {
    id: field(fc.string({ minLength: 1 })),
    metric: field(fc.string()),
    kind: field(fc.constantFrom("quality", "loss", undefined)),
    hyper: field(fc.constantFrom({}, { lr: 1 }, undefined)),
    higherIsBetter: optional(fc.boolean()),
    end: optional(fc.constantFrom("completed", "early-stopped", "running", "nonsense")),
    evalSize: optional(positive),
    originalPoints: optional(positive),
    wouldStopAt: optional(positive),
    ...Object.fromEntries(names.map((name) => [name, optional(fc.string())])),
    ...Object.fromEntries(counts.map((name) => [name, optional(positive)])),
    points: field(
      fc.array(fc.oneof({ weight: 20, arbitrary: point }, { weight: 1, arbitrary: odd }), { maxLength: 6 }),
    ),
  },
  { requiredKeys: ["id", "metric", "points"] },
);

test("the hand-written check accepts exactly what the schema accepts", () => {
  let nValid = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 30, arbitrary: record }, { weight: 1, arbitrary: odd }), (value) => {
      const valid = z.safeParse(runRecordSchema, value).success;
      if (valid) nValid += 1;
      expect(brokenRunRecordRule(value) === undefined).toBe(valid);
    }),
    { numRuns: 4000 },
  );
  expect(nValid).toBeGreaterThan(200);
});
