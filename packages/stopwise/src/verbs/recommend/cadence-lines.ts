import type { Advice } from "../../library/advice.ts";
import { renderTable } from "../../command-line/table.ts";

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

type Cadence = NonNullable<Advice["advice"]["cadence"]>;
type Row = Cadence["rows"][number];

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

function againstPlan({ rows, planned }: Cadence): string {
  if (planned === undefined) return "";
  const [most, least] = [rows[0]!.evaluations, rows.at(-1)!.evaluations];
  const row = nearest(rows, planned);
  return row === undefined
    ? `; nothing is known of the ${planned} planned, only of ${least} to ${most}`
    : `; the ${planned} planned save ${worthOf(row)}`;
}

/** What half as many evaluations would change. */
function sparserLine({ rows, evaluations }: Cadence): string[] {
  const best = rows.find((row) => row.evaluations === evaluations)!;
  const half = nearest(rows, evaluations / 2);
  if (half === undefined || half === best) return [];
  const points = 100 * (half.emLoss - best.emLoss);
  const change = `${points >= 0 ? "costs" : "gains"} ${Math.abs(points).toFixed(2)} points`;
  return [`  sparser by 2 saves ${worthOf(half)} and ${change}`];
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
    { title: "points lost", value: (row) => (100 * row.emLoss).toFixed(2), align: "right" },
    { title: "within bound", value: (row) => (row.withinBound ? "yes" : "no") },
  ]);
  const { evalCost } = cadence;
  const cost =
    evalCost === undefined
      ? "without evaluation cost: give --eval-cost, and the plan in tokens"
      : `an evaluation counts as ${Math.round(evalCost.tokens).toLocaleString("en-US")} training tokens, ${evalCost.from}`;
  return [
    "",
    `Evaluate ${every}${best.evaluations} times in the run: saves ${worthOf(best)}${againstPlan(cadence)}`,
    ...sparserLine(cadence),
    ...table.split("\n").map((line) => `  ${line}`),
    `  ${cost}`,
    `  ${cadence.note}`,
  ];
}
