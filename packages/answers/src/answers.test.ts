import { readdirSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sharedText } from "@stopwise/policies/testing";
import { answerOutcomes, evaluateAnswers } from "./answer-outcomes.ts";
import { answerPortfolio, describeAnswerPolicy, parseAnswerPolicy } from "./answer-policy.ts";
import { createAnswerStopper } from "./answer-stopper.ts";
import { evaluateQuestions } from "./question-report.ts";
import { questionOf, type Question } from "./question.ts";
import { answerCriteria } from "./criteria/index.ts";

const question = (answers: string, fields: object = {}): Question =>
  questionOf({
    task: "t",
    samples: answers.split("").map((answer) => ({
      answer: answer === "-" ? null : answer,
      correct: answer === "a",
      tokens: 10,
    })),
    ...fields,
  });

const stopsOf = (
  answers: string,
  criterion: string,
  thresholds: (number | null)[],
  params = {},
): number[] => [
  ...answerOutcomes(
    [question(answers)],
    thresholds.map((threshold) => ({ version: 1, criterion, params, threshold })),
  ).stopIndex,
];

describe("criteria over sampled answers", () => {
  test("every file of a criterion is registered", () => {
    const files = readdirSync(new URL("criteria/", import.meta.url)).filter((file) => file !== "index.ts");
    expect(files.map((file) => file.slice(0, -3))).toEqual([...answerCriteria.keys()].sort());
  });

  test("a lead in votes, decided as soon as the rest cannot change it", () => {
    expect(stopsOf("abaaab", "vote-majority", [1, 2, 3, 9, null])).toEqual([0, 3, 4, 4, 5]);
  });

  test("a window of equal answers", () => {
    expect(stopsOf("abbaaa", "answer-window", [1, 2, 3])).toEqual([0, 2, 5]);
    expect(stopsOf("a--aa", "answer-window", [2])).toEqual([4]);
  });

  test("early-stopping self-consistency looks at the end of each window only", () => {
    expect(stopsOf("baaaaabb", "early-stopping-self-consistency", [1, 0.6], { window: 3 })).toEqual([5, 2]);
  });

  test("adaptive consistency is the published beta probability", () => {
    // P(Beta(n + 1, 1) > 1/2) = 1 - 2^-(n + 1): four equal answers are the first beyond 0.95.
    expect(stopsOf("aaaaaaaa", "adaptive-consistency", [0.75, 0.95, 0.97])).toEqual([0, 3, 4]);
  });

  test("the vote posterior agrees with drawing the rest of the votes", () => {
    const posterior = answerCriteria.get("vote-posterior")!;
    const ballot = { nSamples: 4, votes: new Map(), leader: "a", first: 3, second: 1, answers: [] };
    // Two votes left, prior 1: Beta(4, 2); the leader loses nothing but ties if both go to the rival:
    // P(both) = (2 * 3) / (6 * 7) = 1/7, half of which counts.
    expect(posterior.statistic(ballot, { prior: 1, samples: 6 }, 6)).toBeCloseTo(1 - 1 / 14, 12);
    expect(posterior.statistic(ballot, { prior: 1, samples: 6 }, 5)).toBe(Infinity);
  });
});

test("thresholds are nested, and stopping late enough is taking all", () => {
  const answers = fc
    .array(fc.constantFrom("a", "b", "c", "-"), { minLength: 1, maxLength: 30 })
    .map((it) => it.join(""));
  fc.assert(
    fc.property(answers, (text) => {
      for (const { name, examples, thresholds } of answerCriteria.values()) {
        for (const params of examples) {
          const stops = stopsOf(text, name, [...thresholds, null], params);
          for (let j = 1; j < stops.length; j++) expect(stops[j]!).toBeGreaterThanOrEqual(stops[j - 1]!);
          expect(stops.at(-1)).toBe(text.length - 1);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test("the stopper stops where the matrix says", () => {
  const policies = answerPortfolio();
  const text = "abacaabaaacaaaaaaaab";
  const { stopIndex } = answerOutcomes([question(text)], policies);
  policies.forEach((policy, column) => {
    const stopper = createAnswerStopper(policy, { plannedSamples: text.length });
    const decisions = text.split("").map((answer) => stopper.observe({ answer, tokens: 1 }));
    const stop = decisions.findIndex(({ action }) => action === "stop");
    expect(stop < 0 ? text.length - 1 : stop, describeAnswerPolicy(policy)).toBe(stopIndex[column]);
    if (stop >= 0) expect(decisions.at(-1)).toEqual(decisions[stop]);
  });
});

test("savings are tokens, losses are answers that all samples would have got right", () => {
  const policies = [{ version: 1, criterion: "answer-window", threshold: 2 }];
  const [row] = evaluateAnswers([question("bbaaa"), question("aaaab")], policies, { repeats: 1 });
  expect(row).toMatchObject({
    nQuestions: 2,
    saving: 0.6,
    accuracy: 0.5,
    accuracyOfAll: 1,
    emLoss: 0.5,
    netLoss: 0.5,
  });
});

test("with growing budgets the latest answer counts, at its own cost", () => {
  const budget = question("bba", {
    kind: "budget",
    samples: [
      { answer: "b", correct: false, tokens: 100 },
      { answer: "b", correct: false, tokens: 250 },
      { answer: "a", correct: true, tokens: 400 },
    ],
  });
  const [row] = evaluateAnswers([budget], [{ version: 1, criterion: "answer-window", threshold: 2 }]);
  expect(row).toMatchObject({ saving: 1 - 250 / 400, accuracy: 0, accuracyOfAll: 1 });
});

test("what is no question or policy is refused", () => {
  expect(() => questionOf({ samples: [] })).toThrow("samples must hold at least one answer");
  expect(() => questionOf({ samples: [{ answer: "a" }] })).toThrow(
    "samples.0.correct must be a boolean, got nothing.",
  );
  expect(() => parseAnswerPolicy({ version: 1, criterion: "vote", threshold: 1 })).toThrow(
    'criterion "vote" is not known',
  );
  expect(() =>
    parseAnswerPolicy({ version: 1, criterion: "vote-posterior", threshold: 1, params: { prior: 0 } }),
  ).toThrow("params.prior must be > 0, got 0.");
});

const samples = sharedText("curves/samples.jsonl.gz");

test("a promise is made on other groups, and never-stop loses nothing", () => {
  const texts = ["aaaaaaaaaa", "abaaaaaaaa", "bbaaaaaaaa", "babaaaaaaa", "aaaabbbbbb", "bbbbbbbbbb"];
  const questions = texts.flatMap((text, i) =>
    Array.from({ length: 2 }, () => question(text, { task: `t${i}` })),
  );
  const { rows, nGroups } = evaluateQuestions(questions, { seed: 2 });
  expect(nGroups).toBe(6);
  for (const row of rows.filter(({ method }) => method === "never-stop")) {
    expect(row).toMatchObject({ meanSaving: 0, meanEmLoss: 0, held: true });
  }
  const lines = rows.filter(({ selection, weighting }) => selection === "frontier" && weighting === "group");
  expect(lines.length).toBeGreaterThan(0);
  for (const { meanEmLoss, bound, shareOfHindsight } of lines) {
    expect(meanEmLoss).toBeLessThanOrEqual(bound.alpha ?? bound.maxEmLoss);
    expect(shareOfHindsight!).toBeLessThanOrEqual(1 + 1e-9);
  }
});

test.skipIf(samples === undefined)(
  "on real questions most tokens can be saved at a loss of half a point",
  () => {
    const questions = samples!
      .trim()
      .split("\n")
      .map((line) => questionOf(JSON.parse(line)));
    const rows = evaluateAnswers(
      questions.filter(({ kind }) => kind === "iid"),
      answerPortfolio(),
      { repeats: 2 },
    );
    const best = Math.max(...rows.filter(({ emLoss }) => emLoss <= 0.005).map(({ saving }) => saving));
    expect(best).toBeGreaterThan(0.4);
  },
);
