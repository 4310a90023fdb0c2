/**
 * What feedback does where runs drift: real recorded runs are fed live, one after the other, to a learned criterion whose
 * threshold was fixed on earlier runs (tail: at most 10 % of runs lose more than one point).
 *
 *   tsx bench/live-feedback.ts [../shared/curves]
 *
 * First come the runs of `finetune` whose groups the criterion has not seen (cards of 2021 and 2022), then those of
 * `finetune-recent` (2023 to 2026). Every run is told through `LiveRun` in shadow mode, so that each tells what a stop
 * would have cost. `fixed` is the threshold of the first run, replayed on the same curves.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  curveOf,
  groupOf,
  reachedPlan,
  runRecordSchema,
  type Policy,
  type Recommendation,
  type RunRecord,
  type SimplePolicy,
} from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { calibrateThreshold, fitRemainingGain } from "@stopwise/learners";
import { FeedbackBook, LiveRun, type LiveSurroundings } from "@stopwise/live";
import { parsePolicy, replay, type StopperContext } from "@stopwise/policies";

const folder = process.argv[2] ?? "../shared/curves";
const [maxLoss, alpha, blockSize] = [0.01, 0.1, 40];

function runsOf(name: string): RunRecord[] {
  const file = join(folder, `${name}.jsonl.gz`);
  if (!existsSync(file)) {
    console.log(`skipped: ${file} is not there`);
    process.exit(0);
  }
  const lines = gunzipSync(readFileSync(file)).toString("utf8").trim().split("\n");
  return lines
    .map((line) => runRecordSchema.parse(JSON.parse(line)))
    .filter((run) => reachedPlan(run) && run.kind === "quality" && run.points.length >= 3);
}

const isFitted = (group: string): boolean => {
  let hash = 7;
  for (const letter of group) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
  return ((hash ^ (hash >>> 15)) & 7) < 5;
};

const all = runsOf("finetune");
const fitted = all.filter((run) => isFitted(groupOf(run)));
const sequence = [...all.filter((run) => !isFitted(groupOf(run))), ...runsOf("finetune-recent")];
const nBefore = all.length - fitted.length;

const training = {
  curves: fitted.map(curveOf),
  tasks: fitted.map(taskOf),
  groups: fitted.map(groupOf),
  complete: fitted.map(() => true),
};
const { model, heldOut } = fitRemainingGain(training, { seed: 1 });
const { threshold } = calibrateThreshold(
  { series: heldOut, curves: training.curves, groups: training.groups },
  { kind: "tail", maxEmLoss: maxLoss, alpha },
);

const criteria: StopperContext["criteria"] = {
  "remaining-gain": { create: (_policy, context, state) => model.criterion(context, state) },
};
const base = parsePolicy(
  { version: 1, criterion: "remaining-gain", threshold, model: "sha256:bench" },
  { criteria },
) as SimplePolicy;

let asked: RunRecord = sequence[0]!;
const contextFor = (_policy: Policy, run: RunRecord): StopperContext => {
  const task = taskOf(run);
  const planned = {
    steps: task.maxSteps ?? undefined,
    tokens: task.maxTokens ?? undefined,
    epochs: task.epochs ?? undefined,
  };
  return { criteria, task, planned, modelHash: "sha256:bench", evalSize: run.evalSize ?? undefined };
};
const nothing = { mean: 0, low: 0, high: 0 };
const certificate: Recommendation["certificate"] = {
  statement: "",
  event: "",
  alpha,
  scope: "new-task",
  metricClass: "match",
  nGroups: new Set(training.groups).size,
  certified: false,
};

function surroundings(store: string): LiveSurroundings {
  return {
    store,
    folder: join(store, "live"),
    now: () => new Date(0),
    recommend: () => ({
      recommendation: {
        status: "uncertified",
        policy: base,
        sentence: "",
        predicted: { saving: nothing, emLoss: nothing, costUnit: "steps" },
        certificate,
        evidence: [],
        distance: { value: 0, gate: 0 },
        pareto: [],
        config: null,
        advice: {},
        model: { version: "bench", trainedOn: "" },
      },
      task: taskOf(asked),
      maxLoss,
    }),
    contextFor: (policy) => contextFor(policy, asked),
    thresholdsFor: ({ threshold: own }) =>
      Array.from({ length: 16 }, (_, k) => own! + Math.abs(own!) * (1 - 0.8 ** (k + 1))),
  };
}

interface Outcome {
  readonly loss: number;
  readonly saving: number;
}

/** One run, told live to its end. */
function live(run: RunRecord, around: LiveSurroundings): Outcome {
  asked = run;
  const told = LiveRun.start(
    {
      type: "start",
      run: run.id,
      task: {},
      request: {},
      mode: "shadow",
      scale: "unit",
      auditShare: 1,
    },
    around,
  );
  for (const { step, tokens, epoch, quality, evalLoss, trainLoss, gradNorm, lr } of run.points) {
    const series = { epoch, evalLoss, trainLoss, gradNorm, lr };
    told.checkpoint({ type: "checkpoint", step, tokens, quality: quality ?? null, ...series });
  }
  const { shadow } = told.end({ type: "end", end: "completed" });
  return { loss: shadow?.emLoss ?? 0, saving: shadow?.share ?? 0 };
}

function fixed(run: RunRecord): Outcome {
  const { emLoss, saving } = replay(base, curveOf(run), contextFor(base, run));
  return { loss: emLoss, saving };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const violated = (outcomes: readonly Outcome[]): string =>
  percent(mean(outcomes.map(({ loss }) => (loss > maxLoss + 1e-9 ? 1 : 0))));
const saved = (outcomes: readonly Outcome[]): string => percent(mean(outcomes.map(({ saving }) => saving)));
const row = (name: string, from: number, to: number): string => {
  const [a, b] = [outcomes.fixed.slice(from, to), outcomes.live.slice(from, to)];
  return `| ${name} | ${a.length} | ${violated(a)} | ${violated(b)} | ${saved(a)} | ${saved(b)} |`;
};

const store = mkdtempSync(join(tmpdir(), "stopwise-feedback-"));
const around = surroundings(store);
const outcomes = { fixed: sequence.map(fixed), live: sequence.map((run) => live(run, around)) };
console.log(
  `${fitted.length} runs fitted, threshold ${threshold.toFixed(4)}, asked: at most ${percent(alpha)} over`,
);
console.log(
  "| runs | n | fixed: over | live: over | fixed: saved | live: saved |\n|---|---|---|---|---|---|",
);
for (let from = 0; from < sequence.length; from += blockSize) {
  const to = Math.min(sequence.length, from + blockSize);
  console.log(row(`${from + 1} to ${to}`, from, to));
}
console.log(row("2021 and 2022", 0, nBefore));
console.log(row("2023 to 2026", nBefore, sequence.length));
console.log(row("all", 0, sequence.length));
const [rate] = new FeedbackBook(around.folder).rates();
console.log(
  `told by the feedback book: ${rate!.nViolations} of ${rate!.nJudged} over, ${percent(rate!.rate!)}`,
);
rmSync(store, { recursive: true, force: true });
