import { curveOf, groupOf, type RunRecord } from "@stopwise/core";
import { taskFeatureList, taskFeatures, taskOf } from "@stopwise/features";
import type { StopwiseModel } from "@stopwise/meta-model";
import { outcomeMatrix, type OutcomeMatrix } from "@stopwise/policies";
import type { Importances, Measured } from "../report-data.ts";
import { groupWeights } from "./held-out-half.ts";
import { permutationImportance, type HeldOutTargets } from "./permutation-importance.ts";
import { seededOrder } from "./seeded-order.ts";

/** Runs that predictions are tried on: more would take longer and say the same. */
const maxRuns = 200;
const nShuffles = 3;
/** Largest loss that counts in what is predicted. */
const clip = 0.2;

type StartModel = NonNullable<ReturnType<StopwiseModel["populations"]["get"]>>["start"];

/** Saving and clipped loss of every candidate on one run, `[2 x nCandidates]`, or what is predicted of them. */
function targetsOf(matrix: OutcomeMatrix, run: number): Float64Array {
  const from = run * matrix.nPolicies;
  const saving = matrix.saving.subarray(from, from + matrix.nPolicies);
  const emLoss = matrix.emLoss.subarray(from, from + matrix.nPolicies).map((loss) => Math.min(loss, clip));
  return Float64Array.from([...saving, ...emLoss]);
}

function heldOutTargets(runs: readonly RunRecord[], start: StartModel): HeldOutTargets {
  const { grid, header } = start;
  const policies = header.candidates.map((setting) => grid.policyOf(setting));
  const matrix = outcomeMatrix(runs.map(curveOf), policies);
  return {
    features: runs.map((run) => taskFeatures(taskOf(run))),
    targets: runs.map((_, run) => targetsOf(matrix, run)),
    weights: groupWeights(runs.map(groupOf)),
  };
}

/**
 * Permutation importance of the task features for what a model predicts at the start of runs it has not learned from.
 *
 * @param shown runs of one kind, of groups that the model has not learned from
 * @param start the model's part for runs of that kind
 */
export function featureImportances(
  shown: readonly RunRecord[],
  start: StartModel,
  seed: number,
): Measured<Importances> {
  if (start.header.estimator === "constant") {
    return {
      unmeasured:
        "Inside the training part the best fixed policy won over every estimator that looks at the task, so the recommendation looks at no feature.",
    };
  }
  const runs = seededOrder(shown.length, seed)
    .slice(0, maxRuns)
    .map((index) => shown[index]!);
  const data = heldOutTargets(runs, start);
  const features = permutationImportance(
    (row) => {
      const { saving, emLoss } = start.predict(row).prediction;
      return Float64Array.from([...saving, ...emLoss]);
    },
    data,
    { names: taskFeatureList.map(({ name }) => name), nShuffles, seed },
  );
  const known = features.filter(({ importance, spread }) => importance !== 0 || spread !== 0);
  if (known.length === 0)
    return { unmeasured: "No task feature is known, or none differs between these runs." };
  return {
    measure: `rise of the unexplained share of saving and loss (${start.header.estimator} estimator, ${runs.length} held-out runs)`,
    features: known,
  };
}
