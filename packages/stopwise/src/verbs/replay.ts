import { curveOf, InvalidInputError, type Curve, type Decision, type Policy } from "@stopwise/core";
import {
  contextOf,
  describePolicy,
  parsePolicy,
  replay,
  type Replayed,
  type StopperContext,
} from "@stopwise/policies";
import { replayCases, replaySemantics, type CasesResult } from "@stopwise/trainers";
import { outcomeMatrixInWorkers } from "@stopwise/policies/threads";
import type { Command } from "commander";
import { threadCount, threadsHelp } from "../command-line/flags.ts";
import { exitStatus } from "../command-line/failure.ts";
import { readJsonInput } from "../command-line/json-input.ts";
import { counted, print, printJson, Progress } from "../command-line/output.ts";
import { renderTable } from "../command-line/table.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { fetchTeamModel } from "../library/model-source.ts";
import { decisionsOf, recordOfCurveFile, replayContext } from "./replay/replay-context.ts";
import { readCurve } from "./replay/recorded-curve.ts";
import { readRunFile } from "./run-file.ts";
import { percent } from "../command-line/percent.ts";

interface ReplayFlags extends StoreFlags {
  readonly policy?: string;
  readonly curve?: string;
  readonly runs?: string;
  readonly semantics?: string;
  readonly cases?: string;
  readonly threads?: number;
  readonly task?: string;
  readonly decisions?: true;
  readonly json?: true;
}

interface ReplayedRun extends Replayed {
  readonly id: string;
  readonly group: string;
  readonly reason: string;
  /** Every decision, as a live run would have got them; with `--decisions`. */
  readonly decisions?: readonly Decision[];
}

function replayOne(
  policy: Policy,
  curve: Curve,
  { context, flags }: { context: StopperContext; flags: ReplayFlags },
): ReplayedRun {
  const { semantics, decisions } = flags;
  const replayed =
    semantics === undefined ? replay(policy, curve, context) : replaySemantics(policy, curve, semantics);
  return {
    id: curve.id,
    group: curve.group,
    ...replayed,
    reason: replayed.decision?.reason ?? "The run has no evaluation.",
    ...(decisions === true && { decisions: decisionsOf(policy, curve, contextOf(curve, context)) }),
  };
}

const points = (loss: number): string => (100 * loss).toFixed(2);

function lossName({ kind }: Curve): string {
  return kind === "loss" ? "loss increase" : "EM loss";
}

function replayCurve(policy: Policy, flags: ReplayFlags): void {
  const monitor = "monitor" in policy ? policy.monitor : "quality";
  const curve = readCurve(flags.curve!, monitor);
  const context = replayContext(policy, { ...flags, record: recordOfCurveFile(flags.curve!) });
  const run = replayOne(policy, curve, { context, flags });
  const { stopIndex, saving, emLoss, testEmLoss, costUnit, reason, decision, decisions } = run;
  const sentence = describePolicy(policy, context);
  if (flags.json === true) {
    const outcome = { stopIndex, saving, emLoss, testEmLoss, costUnit };
    const told = { stopIndex, outcome, reason, decision, decisions };
    printJson({ policy, sentence, semantics: flags.semantics, ...told });
    return;
  }
  const where =
    stopIndex === null
      ? "runs to its end"
      : `stops at evaluation ${stopIndex + 1} of ${curve.nCheckpoints} (index ${stopIndex}, step ${curve.step[stopIndex]!})`;
  print(`${sentence}\n\nThe run ${where}.\n${reason}`);
  print(`Saving ${percent(saving, 1)} of its ${costUnit}, ${lossName(curve)} ${points(emLoss)} points.`);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);

async function replayRuns(policy: Policy, flags: ReplayFlags): Promise<void> {
  const records = await readRunFile(flags.runs!);
  const contexts = records.map((record) => replayContext(policy, { ...flags, record }));
  const runs = records.map((record, i) =>
    replayOne(policy, curveOf(record), { context: contexts[i]!, flags }),
  );
  const sentence = describePolicy(policy, contexts[0]);
  const summary = {
    nRuns: runs.length,
    meanSaving: mean(runs.map(({ saving }) => saving)),
    meanEmLoss: mean(runs.map(({ emLoss }) => emLoss)),
  };
  if (flags.json === true) {
    printJson({ policy, sentence, semantics: flags.semantics, ...summary, runs });
    return;
  }
  const table = renderTable(runs, [
    { title: "run", value: (run) => run.id },
    { title: "stops at", value: (run) => run.stopIndex, align: "right" },
    { title: "step", value: (run) => run.decision?.step, align: "right" },
    { title: "saving", value: (run) => percent(run.saving, 1), align: "right" },
    { title: "loss (points)", value: (run) => points(run.emLoss), align: "right" },
  ]);
  print(`${sentence}\n\n${table}\n`);
  const means = `mean saving ${percent(summary.meanSaving, 1)}, mean loss ${points(summary.meanEmLoss)} points`;
  print(`${counted(runs.length, "run")}: ${means} (each run counts 1)`);
}

/** Every policy of a list on every run, in threads where that is a large set. */
async function replayPortfolio(listed: readonly unknown[], flags: ReplayFlags): Promise<void> {
  if (flags.runs === undefined || flags.semantics !== undefined) {
    throw new InvalidInputError(
      "a list of policies is replayed on runs, and by stopwise's own rules.",
      "Give --runs FILE and no --semantics, or a single policy.",
    );
  }
  const policies = listed.map((policy) => parsePolicy(policy));
  const curves = (await readRunFile(flags.runs)).map(curveOf);
  const { rows, threads } = replayed(curves, policies, flags);
  if (flags.json === true) {
    printJson({ nRuns: curves.length, threads, policies: rows });
    return;
  }
  const table = renderTable(rows, [
    { title: "policy", value: (row) => row.sentence },
    { title: "saving", value: (row) => percent(row.meanSaving, 1), align: "right" },
    { title: "loss (points)", value: (row) => points(row.meanEmLoss), align: "right" },
  ]);
  const counts = `${counted(policies.length, "policy", "policies")} on ${counted(curves.length, "run")}`;
  print(`${table}\n\n${counts}, in ${counted(threads, "thread")} (each run counts 1)`);
}

interface PolicyRow {
  readonly policy: Policy;
  readonly sentence: string;
  readonly meanSaving: number;
  readonly meanEmLoss: number;
}

function replayed(
  curves: readonly Curve[],
  policies: readonly Policy[],
  flags: ReplayFlags,
): { rows: PolicyRow[]; threads: number } {
  let threads = 1;
  const progress = new Progress();
  const { saving, emLoss } = outcomeMatrixInWorkers(curves, policies, {
    ...(flags.threads === undefined ? {} : { threads: flags.threads }),
    onProgress: (done, total) => progress.update(`replayed ${done} of ${total} runs`),
    onThreads: (n) => (threads = n),
  });
  progress.done();
  const meanOf = (outcome: Float32Array, column: number): number =>
    mean(curves.map((_, run) => outcome[run * policies.length + column]!));
  const rows = policies.map((policy, column) => ({
    policy,
    sentence: describePolicy(policy),
    meanSaving: meanOf(saving, column),
    meanEmLoss: meanOf(emLoss, column),
  }));
  return { rows, threads };
}

function casesTable({ cases, nDifferent }: CasesResult): string {
  const shown = renderTable(cases, [
    { title: "case", value: (it) => it.id },
    { title: "column", value: (it) => it.column },
    { title: "index", value: (it) => it.index ?? "runs on", align: "right" },
    { title: "expected", value: (it) => it.expected ?? "runs on", align: "right" },
    { title: "", value: (it) => (it.equal ? "" : "different") },
  ]);
  return `${shown}\n\n${cases.length} compared, ${nDifferent} different`;
}

function runCases(flags: ReplayFlags): void {
  const result = replayCases(readJsonInput("--cases", flags.cases!));
  if (flags.json === true) printJson(result);
  else print(casesTable(result));
  if (result.nDifferent > 0) process.exitCode = exitStatus.fault;
}

async function run(flags: ReplayFlags): Promise<void> {
  await fetchTeamModel(flags.store);
  if (flags.cases !== undefined) {
    runCases(flags);
    return;
  }
  if (flags.policy === undefined) {
    throw new InvalidInputError("replay needs a policy.", "Give --policy JSON or FILE, or --cases FILE.");
  }
  const given = readJsonInput("--policy", flags.policy);
  if (Array.isArray(given)) {
    await replayPortfolio(given, flags);
    return;
  }
  if (flags.decisions === true && flags.json !== true) {
    throw new InvalidInputError("--decisions is for programs.", "Add --json, or leave it out.");
  }
  const policy = parsePolicy(given);
  if (flags.curve !== undefined) replayCurve(policy, flags);
  else if (flags.runs !== undefined) await replayRuns(policy, flags);
  else throw new InvalidInputError("replay needs runs.", "Give --curve FILE or --runs FILE.");
}

/** `stopwise replay`. */
export function defineReplay(command: Command): void {
  command
    .option("--policy <json>", "the policy, as JSON or the name of a file; a list of them with --runs")
    .option("--curve <file>", "one curve: a JSON array of numbers, a CSV, or a run record")
    .option("--runs <file>", "run records, .jsonl or .jsonl.gz, or any run log")
    .option(
      "--semantics <trainer>",
      "stop as this trainer's own class does: huggingface, lightning, keras, ...",
    )
    .option("--cases <file>", "stop cases with expected indices; exit status 1 when any differs")
    .option("--task <json>", "for a learned policy: facts of the task, in place of those of the record")
    .option("--decisions", "with --json: every decision, as a live run would have got them")
    .option("--threads <n>", threadsHelp, threadCount)
    .option("--json", "one JSON document on stdout")
    .action(run);
  addStoreFlag(command).addHelpText(
    "after",
    `
Examples:
  stopwise replay --policy '{"version":1,"criterion":"staleness","threshold":3}' --curve curve.json
  stopwise replay --policy policy.json --runs runs.jsonl.gz --semantics hf
  stopwise replay --policy portfolio.json --runs runs.jsonl.gz
  stopwise replay --cases stop-vectors.json`,
  );
}
