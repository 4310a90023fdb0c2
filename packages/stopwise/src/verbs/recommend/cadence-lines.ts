import type { Advice } from "../../library/advice.ts";
import { renderTable, shortNumber } from "../../command-line/table.ts";
import { percent } from "../../command-line/percent.ts";

type Cadence = NonNullable<Advice["advice"]["cadence"]>;
type Row = Cadence["rows"][number];

const points = ({ emLoss }: Row): string => (100 * emLoss).toFixed(2);

/** The row nearest to a number of evaluations, in ratio; undefined where none is within a factor of 1.5. */
function nearest(rows: readonly Row[], evaluations: number): Row | undefined {
  const gap = (row: Row): number => Math.abs(Math.log(row.evaluations / evaluations));
  const found = rows.reduce((a, b) => (gap(b) < gap(a) ? b : a));
  return gap(found) <= Math.log(1.5) ? found : undefined;
}

const worthOf = (row: Row): string =>
  row.savingWithEvaluation === undefined
    ? percent(row.saving)
    : `${percent(row.savingWithEvaluation)} with evaluation`;

function againstPlan({ rows, planned, evaluations }: Cadence): string {
  if (planned === undefined) return "";
  const [most, least] = [rows[0]!.evaluations, rows.at(-1)!.evaluations];
  const row = nearest(rows, planned);
  if (row?.evaluations === evaluations) return "";
  return row === undefined
    ? `; nothing is known of the ${planned} planned, only of ${least} to ${most}`
    : `; the ${planned} planned save ${worthOf(row)}`;
}

/** What half as many evaluations would do. */
function sparserLine({ rows, evaluations }: Cadence): string[] {
  const best = rows.find((row) => row.evaluations === evaluations)!;
  const half = nearest(rows, evaluations / 2);
  if (half === undefined || half === best) return [];
  const bound = half.withinBound ? "" : ", which does not keep the bound";
  return [
    `  half as often, ${half.evaluations} times: saves ${worthOf(half)} and loses ${points(half)} points${bound}`,
  ];
}

/** What the evaluation cadence saves and costs, as lines of the page; none where nothing is known of it. */
export function cadenceLines(advice: Advice): string[] {
  const { cadence } = advice.advice;
  if (cadence === undefined) return [];
  const best = cadence.rows.find((row) => row.evaluations === cadence.evaluations)!;
  const every = best.evalEvery === undefined ? "" : `every ${best.evalEvery} steps, `;
  const table = renderTable(cadence.rows, [
    { title: "evaluations", value: (row) => row.evaluations, align: "right" },
    { title: "every, steps", value: (row) => row.evalEvery, align: "right" },
    { title: "saved", value: (row) => percent(row.saving), align: "right" },
    {
      title: "saved with evaluation",
      value: (row) => (row.savingWithEvaluation === undefined ? null : percent(row.savingWithEvaluation)),
      align: "right",
    },
    { title: "points lost", value: points, align: "right" },
    { title: "within bound", value: (row) => (row.withinBound ? "yes" : "no") },
  ]);
  const { evalCost } = cadence;
  const costs =
    evalCost === undefined
      ? ["  --eval-cost, with the plan in tokens, weighs what evaluations cost and shows every cadence"]
      : [
          ...table.split("\n").map((line) => `  ${line}`),
          `  an evaluation counts as ${shortNumber(Math.round(evalCost.tokens))} training tokens, ${evalCost.from}`,
        ];
  return [
    "",
    `Evaluate ${every}${best.evaluations} times in the run: saves ${worthOf(best)}, loses ${points(best)} points${againstPlan(cadence)}`,
    ...sparserLine(cadence),
    ...costs,
    `  ${cadence.note}`,
  ];
}
