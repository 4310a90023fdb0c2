import { recommendationSchema, type Recommendation } from "@stopwise/core";
import { afterAll, describe, expect, test } from "vitest";
import { Workplace } from "./command-line.ts";

const place = new Workplace();
afterAll(() => place.remove());

// A task in the midst of the shipped sweep, so that every part of an answer is there: 480 steps of 32 x 10 tokens.
const model = [
  "--regime",
  "from-scratch",
  "--family",
  "gpt2",
  "--params",
  "11k",
  "--dataset-size",
  "1000",
  "--answer-length",
  "3",
];
const plan = ["--max-steps", "480", "--batch-size", "32", "--sequence-length", "10", "--evals", "40"];
const bound = ["--bound", "mean", "--max-em-loss", "1pt"];
const plannedTokens = 480 * 32 * 10;

function recommend(...args: string[]): Recommendation {
  const called = place.stopwise("recommend", "--json", ...model, ...plan, ...bound, ...args);
  expect(called.stderr).toBe("");
  const answer = recommendationSchema.parse(called.json());
  expect(called.status).toBe(answer.status === "abstained" ? 3 : 0);
  return answer;
}

const pageOf = (...args: string[]): string =>
  place.stopwise("recommend", ...model, ...plan, ...bound, ...args).stdout;

const isFalling = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value <= values[i - 1]!);

describe("--consider", () => {
  const both = recommend("--consider", "data-fraction,regularisation");
  const { variants, best } = both.advice.consider!;

  test("leaves the recommendation for the task as it is", () => {
    const { consider, ...advice } = both.advice;
    expect(consider).toBeDefined();
    expect(recommend()).toEqual({ ...both, advice });
  });

  test("names each variant, with its policy and its predicted change, or why there is none", () => {
    expect(variants[0]).toMatchObject({ label: "as it is", set: { dataFraction: 1 }, policy: both.policy });
    expect(variants.map(({ label }) => label)).toContain("50 % of the data");
    expect(variants.map(({ kind }) => kind)).toContain("regularisation");
    const known = variants.filter(({ reason }) => reason === undefined);
    expect(known.length).toBeGreaterThan(4);
    for (const { label, policy, sentence, emChange, tokens, withinBound, withinBoundAtWorst } of known) {
      expect(policy, label).toBeDefined();
      expect(sentence, label).toMatch(/^(Stop|Run) .*\.$/);
      expect(emChange!.low, label).toBeLessThanOrEqual(emChange!.mean);
      expect(emChange!.high, label).toBeGreaterThanOrEqual(emChange!.mean);
      expect(tokens, label).toBeGreaterThan(0);
      expect(withinBound, label).toBe(emChange!.mean >= -0.01);
      expect(withinBoundAtWorst, label).toBe(emChange!.low >= -0.01);
    }
    const unknown = variants.filter(({ reason }) => reason !== undefined);
    for (const { policy, emChange } of unknown) expect([policy, emChange]).toEqual([undefined, undefined]);
  });

  test("the best is the variant of fewest tokens among those within the bound", () => {
    const within = variants.filter(({ withinBound }) => withinBound === true);
    const fewest = Math.min(...within.map(({ tokens }) => tokens!));
    expect(variants.find(({ label }) => label === best)!.tokens).toBeCloseTo(fewest, 5);
  });

  test("less data is expected to cost accuracy and, where epochs are planned, to save tokens", () => {
    const args = ["--consider", "data-fraction", "--epochs", "15"];
    const called = place.stopwise("recommend", "--json", ...model, ...bound, ...args);
    const { consider } = recommendationSchema.parse(called.json()).advice;
    const rows = consider!.variants;
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(["data-fraction"]));
    expect(rows.map(({ set }) => set["dataFraction"])).toEqual([1, 0.75, 0.5, 0.25, 0.1]);
    expect(isFalling(rows.map(({ emChange }) => emChange!.mean))).toBe(true);
    expect(isFalling(rows.map(({ tokens }) => tokens!))).toBe(true);
    expect(rows.at(-1)!.tokens).toBeLessThan(0.15);
  });

  test("a task that goes by its name is told by its own runs, and within a narrower range", () => {
    const cut = (...name: readonly string[]) => {
      const args = [...name, "--consider", "data-fraction", "--epochs", "15"];
      const called = place.stopwise("recommend", "--json", ...model, ...bound, ...args);
      const { basis, variants: rows } = recommendationSchema.parse(called.json()).advice.consider!;
      const { low, high } = rows.find(({ set }) => set["dataFraction"] === 0.5)!.emChange!;
      return { basis, width: high - low };
    };
    const [own, others] = [cut("--name", "reverse-5"), cut()];
    expect(own.basis).toMatch(/^from \d+ past runs of this task$/);
    expect(others.basis).toContain("nearest past runs of other tasks");
    expect(own.width).toBeLessThan(0.7 * others.width);
  });

  test("the page has a row for each variant", () => {
    const page = pageOf("--consider", "data-fraction,regularisation");
    const rows = page.slice(page.indexOf("Considered, against the full run")).split("\n");
    for (const { label, emChange, reason } of variants) {
      const row = rows.find((line) => line.startsWith(`  ${label}`));
      if (reason === undefined) expect(row).toContain((100 * emChange!.mean).toFixed(1));
      else expect(row).toContain(`nothing is predicted, ${reason}`);
    }
  });
});

describe("--eval-cost", () => {
  const costs = [0, 100, 1000, 10_000, 1_000_000];
  const advised = costs.map((cost) => recommend("--eval-cost", `${cost}`).advice.cadence!);

  test("the dearer an evaluation, the sparser the advice and the more it saves", () => {
    expect(isFalling(advised.map(({ evaluations }) => evaluations))).toBe(true);
    expect(advised.at(-1)!.evaluations).toBeLessThan(advised[0]!.evaluations);
    const sparse = advised.map(({ rows }) => -rows.at(-1)!.savingWithEvaluation!);
    expect(isFalling(sparse)).toBe(true);
  });

  test.each(costs.map((cost, i) => [cost, i] as const))(
    "of %d tokens is weighed into the saving, and the advice is the largest within the bound",
    (cost, i) => {
      const { rows, evalCost, evaluations } = advised[i]!;
      expect(evalCost).toEqual({ tokens: cost, from: "given" });
      for (const row of rows) {
        const share = (plannedTokens + row.evaluations * cost) / (plannedTokens + 40 * cost);
        expect(row.savingWithEvaluation).toBeCloseTo(1 - (1 - row.saving) * share, 9);
      }
      const kept = rows.filter(({ withinBound }) => withinBound);
      const largest = Math.max(...kept.map((row) => row.savingWithEvaluation!));
      expect(kept.find((row) => row.evaluations === evaluations)!.savingWithEvaluation).toBe(largest);
    },
  );

  test("the page tells the cost that was counted", () => {
    expect(pageOf("--eval-cost", "1000")).toContain("an evaluation counts as 1,000 training tokens, given");
  });
});

describe("--point-worth", () => {
  const worths = [0.001, 0.01, 0.05, 0.1, 0.5, 10];
  const answers = worths.map((worth) => recommend("--point-worth", `${100 * worth}%`));

  test("the more a point of EM is worth, the less is lost and the less is saved", () => {
    const predicted = answers.map((answer) => answer.predicted);
    expect(isFalling(predicted.map(({ emLoss }) => emLoss.mean))).toBe(true);
    expect(isFalling(predicted.map(({ saving }) => saving.mean))).toBe(true);
    expect(predicted.at(-1)!.emLoss.mean).toBeLessThan(predicted[0]!.emLoss.mean);
  });

  test.each(worths.map((worth, i) => [worth, i] as const))(
    "of %d takes the point of the front with the largest weighted sum, without a certificate",
    (worth, i) => {
      const { pareto, status } = answers[i]!;
      expect(status).not.toBe("certified");
      const score = ({ saving, emLoss }: { saving: number; emLoss: number }): number =>
        saving - worth * 100 * emLoss;
      const chosen = pareto.filter((point) => point.chosen === true);
      expect(chosen).toHaveLength(1);
      expect(score(chosen[0]!)).toBeCloseTo(Math.max(...pareto.map(score)), 9);
    },
  );

  test("a share may be written as a percentage", () => {
    expect(recommend("--point-worth", "0.05")).toEqual(recommend("--point-worth", "5%"));
  });
});

describe("--pareto", () => {
  const { pareto, hypervolume, policy, sentence } = recommend();

  test("no policy of the front beats another in both, and the recommended one is marked where it is there", () => {
    expect(pareto.length).toBeGreaterThan(3);
    for (const a of pareto) {
      const beaten = pareto.filter((b) => b !== a && b.saving >= a.saving && b.emLoss <= a.emLoss);
      expect(beaten).toEqual([]);
    }
    const marked = pareto.filter(({ chosen }) => chosen === true);
    const same = pareto.filter((point) => JSON.stringify(point.policy) === JSON.stringify(policy));
    expect(marked).toEqual(same);
  });

  test("the page has a row for each, and the hypervolume, which is left out unasked", () => {
    const page = pageOf("--pareto");
    const rows = page.split("\n").filter((line) => /^ {2}(->)? +\d+ % +[\d.]+ {2}\S/.test(line));
    expect(rows).toHaveLength(pareto.length);
    const marked = page.split("\n").filter((line) => line.startsWith("  ->"));
    expect(marked).toEqual([expect.stringContaining(sentence)]);
    expect(page).toContain(`hypervolume ${hypervolume!.value.toFixed(3)}, from saving 0 %`);
    expect(pageOf()).not.toContain("hypervolume");
  });

  test("the hypervolume is the area under the steps of the front", () => {
    const { saving, emLoss } = hypervolume!.reference;
    const steps = 4000;
    const reached = Array.from({ length: steps }, (_, k) => {
      const loss = (emLoss * (k + 0.5)) / steps;
      return Math.max(saving, ...pareto.filter((it) => it.emLoss <= loss).map((it) => it.saving));
    });
    const area = reached.reduce((sum, it) => sum + (it - saving) / steps, 0);
    expect(hypervolume!.value).toBeCloseTo(area / (1 - saving), 2);
  });
});

test.each([
  [
    ["--consider", "dropuot"],
    "--consider must be one or more of data-fraction, regularisation, got dropuot.",
  ],
  [["--consider", "data-fraction,"], "Write several with a comma, such as data-fraction,regularisation."],
  [["--eval-cost", "-1"], "--eval-cost must be a number >= 0, got -1. Leave the flag out"],
  [["--eval-cost", "free"], "--eval-cost must be a number >= 0, got free."],
  [["--point-worth", "0"], "--point-worth must be a share > 0, got 0. For one percent write 1% or 0.01."],
  [["--point-worth", "-5%"], "--point-worth must be a share > 0, got -5%."],
  [["--pareto=3"], "unknown option '--pareto=3'"],
])("%j is refused in one line", (args, message) => {
  const { status, stdout, stderr } = place.stopwise("recommend", ...args);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(message);
});

test("a task far from every past run is considered with nothing, and says why", () => {
  const far = ["--regime", "from-scratch", "--params", "70B", "--dataset-size", "9e12"];
  const called = place.stopwise("recommend", ...far, "--consider", "data-fraction", "--json");
  expect(recommendationSchema.parse(called.json()).status).not.toBe("certified");
  const { consider } = recommendationSchema.parse(called.json()).advice;
  expect(consider).toMatchObject({ variants: [], reason: expect.stringContaining("further") as unknown });
});
