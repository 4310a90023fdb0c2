import { describePolicy } from "@stopwise/policies";
import type { Advice } from "../library/advice.ts";
import { plannedTokens } from "../library/planned-tokens.ts";
import { renderTable } from "../command-line/table.ts";
import { cadenceLines } from "./recommend/cadence-lines.ts";
import { considerLines } from "./recommend/consider-lines.ts";
import { percent } from "../command-line/percent.ts";

/** What the page needs besides the advice. */
export interface PageOptions {
  readonly pareto?: true;
  readonly tokensPerSecond?: number;
  readonly price?: number;
}

interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const points = (loss: number): string => (100 * loss).toFixed(loss !== 0 && Math.abs(loss) < 0.001 ? 2 : 1);

function lossText({ mean, low, high }: Interval, isLoss: boolean): string {
  const unit = isLoss ? "% of the loss" : mean === 0.01 ? "point" : "points";
  return `${points(mean)} ${unit} (${points(low)} to ${points(high)})`;
}

function savingText({ mean, low, high }: Interval, unit: string): string {
  return `${percent(mean)} of training ${unit} (${percent(low)} to ${percent(high)})`;
}

/** What the learned stopper adds, for a loop that asks at every evaluation. */
function learnedLines(advice: Advice): string[] {
  const learned = advice.advice.learned;
  if (learned === undefined || learned.status === "abstained") return [];
  const { predicted, status, certificate } = learned;
  return [
    "",
    `A loop that asks createStopper at every evaluation can use the learned criterion, ${status}:`,
    `  ${learned.sentence}`,
    `  saves ${savingText(predicted.saving, predicted.costUnit)} and loses ${lossText(predicted.emLoss, certificate.metricClass === "loss")} on the calibration groups`,
  ];
}

/** The past runs that the answer is about, how that was told, and what would say more. */
function populationLines({ population }: Advice): string[] {
  if (population === undefined) return [];
  const { regime, assumed, nRuns, nGroups, missing } = population;
  const how = assumed ? ", taken from the model's name (--regime says otherwise)" : "";
  const flags = missing.map((fact) => flagOf[fact] ?? fact).join(", ");
  return [
    `population   ${nRuns} past ${regime} runs of ${nGroups} tasks${how}`,
    ...(missing.length === 0 ? [] : [`would help   ${flags}`]),
  ];
}

/** The flag that tells a missing fact. */
const flagOf: Readonly<Record<string, string>> = {
  plan: "--max-steps, --epochs or --max-tokens",
  evals: "--evals",
  params: "--model or --params",
  family: "--family",
  metricClass: "--metric",
};

/** Hours and money that the predicted saving is worth, where plan, speed and price are known. */
function worthLine(advice: Advice, { tokensPerSecond, price }: PageOptions): string[] {
  const tokens = plannedTokens(advice.task);
  if (tokens === undefined || tokensPerSecond === undefined) return [];
  const hours = (advice.predicted.saving.mean * tokens) / tokensPerSecond / 3600;
  const money = price === undefined ? "" : `, ${(hours * price).toFixed(2)} in money`;
  return [`worth        ${hours.toFixed(1)} hours${money}`];
}

function evidenceTable(advice: Advice): string[] {
  if (advice.evidence.length === 0) return [];
  const table = renderTable(advice.evidence.slice(0, 5), [
    { title: "past run", value: (run) => run.name ?? run.run },
    { title: "weight", value: (run) => percent(run.weight), align: "right" },
    { title: "saved", value: (run) => percent(run.saving), align: "right" },
    { title: "points lost", value: (run) => points(run.emLoss), align: "right" },
  ]);
  return ["", "The runs that speak for it:", ...table.split("\n").map((line) => `  ${line}`)];
}

/** The front with the recommended policy marked, and its hypervolume; a policy beside the front gets a line of its own. */
function paretoTable({ pareto, hypervolume, policy }: Advice): string[] {
  if (pareto.length === 0) return [];
  const table = renderTable(pareto, [
    { title: "", value: (point) => (point.chosen === true ? "->" : "") },
    { title: "saved", value: (point) => percent(point.saving), align: "right" },
    { title: "points lost", value: (point) => points(point.emLoss), align: "right" },
    { title: "policy", value: (point) => describePolicy(point.policy) },
  ]);
  const beside = pareto.some((point) => point.chosen === true)
    ? []
    : [`  -> beside the front: ${describePolicy(policy)}`];
  const area =
    hypervolume === undefined
      ? []
      : [
          `  hypervolume ${hypervolume.value.toFixed(3)}, from saving ${percent(hypervolume.reference.saving)} and ${points(hypervolume.reference.emLoss)} points lost`,
        ];
  return [
    "",
    "Saving against EM loss, as predicted:",
    ...table.split("\n").map((line) => `  ${line}`),
    ...beside,
    ...area,
  ];
}

/** A trainer's settings as a user pastes them, with what is not exact. */
function configLines(config: Advice["config"]): string[] {
  if (config === null) return [];
  const { target, version, snippet, fidelity, difference } = config as unknown as ReturnType<
    Advice["toConfig"]
  >;
  const notes = fidelity
    .filter((note) => note.fidelity !== "exact")
    .map((note) => `  ${note.fidelity}: ${note.field}: ${note.note}`);
  return [
    "",
    `Settings for ${target} ${version}, into ${snippet.into}:`,
    "",
    ...snippet.text
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`.trimEnd()),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    ...(difference === undefined ? [] : [`  ${difference.sentence}`]),
  ];
}

/** The recommendation as a page of text. */
export function recommendationPage(advice: Advice, options: PageOptions): string {
  const { predicted, certificate, model } = advice;
  const isLoss = certificate.metricClass === "loss";
  const reason = certificate.reason === undefined ? "" : ` (${certificate.reason})`;
  return [
    advice.sentence,
    "",
    `status       ${advice.status}${advice.status === "certified" ? "" : reason}`,
    `saves        ${savingText(predicted.saving, predicted.costUnit)}, predicted`,
    `loses        ${lossText(predicted.emLoss, isLoss)}, predicted`,
    ...worthLine(advice, options),
    `certificate  ${certificate.statement}`,
    ...populationLines(advice),
    `learned from ${model.trainedOn}`,
    ...evidenceTable(advice),
    ...learnedLines(advice),
    ...cadenceLines(advice),
    ...considerLines(advice),
    ...(options.pareto === true ? paretoTable(advice) : []),
    ...configLines(advice.config),
  ].join("\n");
}
