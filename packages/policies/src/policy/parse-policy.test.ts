import { InvalidInputError } from "@stopwise/core";
import { expect, test } from "vitest";
import { describePolicy } from "./describe-policy.ts";
import { parsePolicy } from "./parse-policy.ts";
import { policyHash } from "./policy-hash.ts";
import { defaultPortfolio } from "./portfolio.ts";

const staleness = { version: 1, criterion: "staleness", threshold: 3 };

test.each([
  [null, "policy must be an object, got null. Give the policy as JSON."],
  [{ ...staleness, criterion: "patience" }, 'criterion "patience" is not known.'],
  [{ ...staleness, patience: 3 }, 'policy has no field "patience".'],
  [{ ...staleness, version: 2 }, "version must be 1, got 2."],
  [{ ...staleness, threshold: "3" }, 'threshold must be a number, got "3".'],
  [{ ...staleness, threshold: undefined }, "threshold must be a number, got nothing."],
  [{ ...staleness, params: { minDelta: -1 } }, "params.minDelta must be >= 0, got -1."],
  [{ ...staleness, params: { min_delta: 1 } }, 'params has no field "min_delta".'],
  [
    { ...staleness, params: { unit: "steps", patienceOrigin: "count" } },
    'params.patienceOrigin must be "elapsed"',
  ],
  [{ version: 1, criterion: "anyOf", of: [] }, "of must be a list of policies, got []."],
  [
    { version: 1, criterion: "anyOf", of: [{ ...staleness, threshold: [] }] },
    "of.0.threshold must be a number, got [].",
  ],
])("refuses %j", (json, message) => {
  expect(() => parsePolicy(json)).toThrow(InvalidInputError);
  expect(() => parsePolicy(json)).toThrow(message);
});

test("defaults are filled in once, and hash alike", () => {
  const parsed = parsePolicy(staleness);
  expect(parsePolicy(parsed)).toEqual(parsed);
  expect(policyHash(parsed)).toBe(
    policyHash(parsePolicy({ threshold: 3, criterion: "staleness", version: 1 })),
  );
  expect(parsePolicy({ ...staleness, monitor: "evalLoss" })).toMatchObject({ direction: "min" });
});

test.each([
  [staleness, "Stop when quality has not improved for 3 evaluations; deliver the best checkpoint."],
  [{ ...staleness, threshold: null }, "Run to the planned end; deliver the best checkpoint."],
  [
    { ...staleness, monitor: "evalLoss", params: { minDelta: 0.01 }, warmup: { evals: 5 }, delivery: "last" },
    "Stop when eval loss has not improved by more than 0.01 for 3 evaluations (after a warm-up of 5 evaluations); deliver the last checkpoint.",
  ],
  [
    {
      version: 1,
      criterion: "anyOf",
      of: [staleness, { ...staleness, params: { unit: "tokenShare" }, threshold: 0.4 }],
    },
    "Stop when quality has not improved for 3 evaluations, or quality has not improved during the last 40 % of the tokens spent so far; deliver the best checkpoint.",
  ],
])("%j in words", (json, sentence) => {
  expect(describePolicy(parsePolicy(json))).toBe(sentence);
});

test("every policy of the portfolio says its own sentence", () => {
  const sentences = defaultPortfolio().map((policy) => describePolicy(policy));
  expect(new Set(sentences).size).toBe(sentences.length);
});
