import type { EvaluateReport, EvaluateRow, MethodHypervolume, RowBound } from "@stopwise/referee";
import { renderTable, type Column } from "../../command-line/table.ts";

const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? "-" : (100 * share).toFixed(1);
const points = (loss: number | undefined): string => (loss === undefined ? "-" : (100 * loss).toFixed(2));

/** A bound in words. */
export function boundTitle({ kind, maxEmLoss, alpha }: RowBound): string {
  if (kind === "mean") return `mean loss <= ${points(maxEmLoss)} points`;
  return `P(loss > ${points(maxEmLoss)} points) <= ${alpha ?? 0.1}`;
}

interface MethodRows {
  readonly method: string;
  readonly promise: EvaluateRow | undefined;
  readonly certified: EvaluateRow | undefined;
  readonly frontier: EvaluateRow | undefined;
}

function methodsOf(rows: readonly EvaluateRow[]): MethodRows[] {
  return [...new Set(rows.map(({ method }) => method))].map((method) => {
    const of = (selection: EvaluateRow["selection"]): EvaluateRow | undefined =>
      rows.find((row) => row.method === method && row.selection === selection);
    return { method, promise: of("promise"), certified: of("certified"), frontier: of("frontier") };
  });
}

function risk(row: EvaluateRow | undefined): string {
  if (row === undefined) return "-";
  return row.bound.kind === "mean" ? points(row.meanEmLoss) : `${percent(row.shareOverBound)} %`;
}

function interval(row: EvaluateRow | undefined): string {
  return row === undefined ? "-" : `${percent(row.low)} to ${percent(row.high)}`;
}

function columnsOf(bound: RowBound): Column<MethodRows>[] {
  const riskTitle = bound.kind === "mean" ? "loss" : "over";
  const right = (title: string, value: (row: MethodRows) => string): Column<MethodRows> => ({
    title,
    value,
    align: "right",
  });
  return [
    { title: "method", value: ({ method }) => method },
    right("saved %", ({ promise }) => percent(promise?.meanSaving)),
    right("95 %", ({ promise }) => interval(promise)),
    right(riskTitle, ({ promise }) => risk(promise)),
    right("promise", ({ promise }) => promise?.verdict ?? "-"),
    right("certified: saved %", ({ certified }) => percent(certified?.meanSaving)),
    right(riskTitle, ({ certified }) => risk(certified)),
    right("frontier: saved %", ({ frontier }) => percent(frontier?.meanSaving)),
    right("of hindsight %", ({ promise, frontier }) => percent((promise ?? frontier)?.shareOfHindsight)),
  ];
}

function boundText(rows: readonly EvaluateRow[]): string {
  const { bound } = rows[0]!;
  return `${boundTitle(bound)}\n${renderTable(methodsOf(rows), columnsOf(bound))}`;
}

/** How often a model that was judged as it is answered in which way. */
function answersText(answers: EvaluateReport["answers"]): string[] {
  if (answers === undefined) return [];
  const right = (
    title: string,
    value: (row: NonNullable<typeof answers>[number]) => string,
  ): Column<NonNullable<typeof answers>[number]> => ({ title, value, align: "right" });
  const table = renderTable(answers, [
    { title: "method", value: ({ method, kind }) => (kind === "loss" ? `${method} (loss)` : method) },
    { title: "bound", value: ({ bound }) => boundTitle(bound) },
    right("certified %", ({ certified }) => percent(certified)),
    right("uncertified %", ({ uncertified }) => percent(uncertified)),
    right("abstained %", ({ abstained }) => percent(abstained)),
  ]);
  return [`Answers by kind\n${table}`];
}

/** The area that each method's points under the mean bounds dominate; nothing where none was counted. */
function hypervolumeText(volumes: readonly MethodHypervolume[]): string[] {
  if (volumes.length === 0) return [];
  const { metricClass, reference } = volumes[0]!;
  const lost = `${points(reference.emLoss)} ${metricClass === "loss" ? "%" : "points"} lost`;
  const table = renderTable(volumes, [
    { title: "method", value: ({ method }) => method },
    { title: "hypervolume", value: ({ value }) => value.toFixed(3), align: "right" },
  ]);
  return [
    `Area of saving against loss under all mean bounds, from ${percent(reference.saving)} % saved and ${lost}\n${table}`,
  ];
}

/**
 * The printed form of an evaluation: for each bound a table of methods, over all metric classes, and their hypervolumes.
 *
 * @param report - what `evaluate` gave
 * @param weighting - whether each group or each run counts 1
 */
export function evaluationPage(report: EvaluateReport, weighting: "group" | "run"): string {
  const classes = new Set(report.rows.map(({ metricClass }) => metricClass));
  const blocks = [...classes].filter((it) => it === "all" || it === "loss");
  const texts = blocks.flatMap((block) => {
    const rows = report.rows.filter((row) => row.metricClass === block && row.weighting === weighting);
    const bounds = new Map(rows.map((row) => [JSON.stringify(row.bound), row.bound]));
    const title = block === "loss" ? "Runs with a loss only (loss: relative increase in percent)" : "";
    const ofBound = (key: string): EvaluateRow[] => rows.filter((row) => JSON.stringify(row.bound) === key);
    const volumes = report.hypervolume?.filter(
      (it) => it.metricClass === block && it.weighting === weighting,
    );
    return [
      ...(title === "" ? [] : [title]),
      ...[...bounds.keys()].map((key) => boundText(ofBound(key))),
      ...hypervolumeText(volumes ?? []),
    ];
  });
  const floor = report.rows[0]?.noiseFloor;
  const out = report.folds === "source" ? ", whole sources left out" : "";
  const head = `${report.data}: ${report.nRuns} judged runs in ${report.nGroups} groups${out}; each ${weighting} counts 1`;
  const noise = floor === undefined ? "" : `; evaluation noise alone makes ${points(floor)} points of loss`;
  return [head + noise, ...texts, ...answersText(report.answers)].join("\n\n");
}
