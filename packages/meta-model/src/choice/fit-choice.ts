import type { Bound } from "../certificates/bound.ts";
import { choose, choiceLevels, type ChoiceRule } from "./choose.ts";
import { isSafe, qualityOf, type Judged, type Quality } from "./decision-quality.ts";
import { riskOf, type PolicyPrediction } from "./prediction.ts";
import type { OutcomeTable } from "../portfolio/outcome-table.ts";

/** Runs with predictions that have not seen their group, and what every setting would have done on them. */
export interface ChoiceData {
  readonly predictions: readonly PolicyPrediction[];
  readonly candidates: readonly number[];
  readonly table: OutcomeTable;
  /** Row of `table` for each prediction. */
  readonly rows: readonly number[];
  readonly weights: Float64Array;
  readonly groups: ArrayLike<number>;
}

/** A rule and what it gave on the data it was chosen on. */
export interface FittedChoice {
  readonly rule: ChoiceRule;
  readonly quality: Quality;
}

/** Chosen settings of all runs under one rule, `[nRuns]`. */
export function settingsUnder(data: ChoiceData, bound: Bound, rule: ChoiceRule): Int32Array {
  return Int32Array.from(
    data.predictions,
    (prediction) => data.candidates[choose(prediction.saving, riskOf(prediction, bound), rule)]!,
  );
}

/** What the chosen settings did on their runs. */
export function outcomesUnder(data: ChoiceData, settings: ArrayLike<number>): Judged {
  const { nSettings, saving, emLoss } = data.table;
  const cells = data.rows.map((row, index) => row * nSettings + settings[index]!);
  return {
    saving: Float64Array.from(cells, (cell) => saving[cell]!),
    emLoss: Float64Array.from(cells, (cell) => emLoss[cell]!),
  };
}

/** Quality of every level of a rule on the data, the strictest level first. */
export function qualityPath(
  data: ChoiceData,
  bound: Bound,
  kind: ChoiceRule["kind"],
): { rule: ChoiceRule; quality: Quality }[] {
  const risks = data.predictions.map((prediction) => riskOf(prediction, bound));
  return choiceLevels[bound.kind === "tail" ? "tail" : "mean"][kind].map((level) => {
    const rule = { kind, level };
    const settings = data.predictions.map(
      (prediction, run) => data.candidates[choose(prediction.saving, risks[run]!, rule)]!,
    );
    return { rule, quality: qualityOf(outcomesUnder(data, settings), bound, data) };
  });
}

/**
 * The level with the largest saving among those that are safe on held-out predictions; never-stop where none is.
 *
 * @param caution standard errors of the risk that are kept free under the bound; 0 for the frontier
 */
export function fitChoice(
  data: ChoiceData,
  bound: Bound,
  { kind, caution }: { kind: ChoiceRule["kind"]; caution: number },
): FittedChoice {
  let best: FittedChoice = {
    rule: { kind, level: 0 },
    quality: { saving: 0, risk: 0, riskError: 0 },
  };
  for (const step of qualityPath(data, bound, kind)) {
    if (isSafe(step.quality, bound, caution) && step.quality.saving > best.quality.saving) best = step;
  }
  return best;
}
