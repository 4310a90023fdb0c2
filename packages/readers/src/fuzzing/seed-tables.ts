import { printed, type SeedCurve, type SeedFiles, type SeedLog } from "./seed-curve.ts";

type Names = Pick<SeedLog, "score" | "loss">;
type Row = Readonly<Record<string, number>>;

interface Point {
  readonly step: number;
  readonly epoch: number;
  readonly score: number;
  readonly loss: number;
  readonly train: number;
}

const pointsOf = ({ every, scores, losses, training }: SeedCurve): Point[] =>
  scores.map((score, index) => ({
    step: (index + 1) * every,
    epoch: index + 1,
    score,
    loss: losses[index]!,
    train: training[index]!,
  }));

const lines = (rows: readonly string[]): string => rows.join("\n") + "\n";

/** A delimited table with a header, numbers with four decimals but for whole ones. */
function tableOf(rows: readonly Row[], mark = ","): string {
  const names = Object.keys(rows[0]!);
  const cell = (value: number): string => (Number.isInteger(value) ? String(value) : printed(value));
  return lines([names.join(mark), ...rows.map((row) => names.map((name) => cell(row[name]!)).join(mark))]);
}

const seed = (
  format: string,
  path: string,
  names: Names,
  content: (points: readonly Point[]) => string | SeedFiles,
): SeedLog => ({
  format,
  path,
  ...names,
  files: (curve) => {
    const told = content(pointsOf(curve));
    return typeof told === "string" ? { [path]: told } : told;
  },
});

const evaluated = { score: "eval_exact_match", loss: "eval_loss" };

/** Rows as the Trainer keeps them: a training row and an evaluation row a point. */
const history = (points: readonly Point[]): Row[] =>
  points.flatMap(({ step, epoch, score, loss, train }): Row[] => [
    { loss: train, learning_rate: 0.0001, grad_norm: 0.5, epoch, step },
    { eval_loss: loss, eval_exact_match: score, eval_runtime: 2.5, epoch, step },
  ]);

/** A dictionary as Python prints it. */
const printedRow = (row: Row): string =>
  `{${Object.entries(row)
    .map(([name, value]) => `'${name}': ${value}`)
    .join(", ")}}`;

const listsOf = (points: readonly Point[], names: Readonly<Record<string, keyof Point>>): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(names).map(([name, field]) => [name, points.map((point) => point[field])]),
    ),
  );

const notebookTable = (points: readonly Point[]): string => {
  const rows = points.map(
    ({ step, score, loss, train }) =>
      `<tr><td>${step}</td><td>${printed(train)}</td><td>${printed(loss)}</td><td>${printed(score)}</td></tr>`,
  );
  const head = "<tr><th>Step</th><th>Training Loss</th><th>Validation Loss</th><th>Accuracy</th></tr>";
  const html = [
    `<table border="1" class="dataframe"><thead>${head}</thead><tbody>`,
    ...rows,
    "</tbody></table>",
  ];
  const outputs = [{ output_type: "display_data", metadata: {}, data: { "text/html": html } }];
  return JSON.stringify({ cells: [{ cell_type: "code", metadata: {}, source: [], outputs }], nbformat: 4 });
};

const card = (points: readonly Point[]): string =>
  lines([
    "---",
    "tags:",
    "- generated_from_trainer",
    "---",
    "### Training hyperparameters",
    "- learning_rate: 5e-05",
    "### Training results",
    "",
    "| Training Loss | Epoch | Step | Validation Loss | Exact Match |",
    "|:-------------:|:-----:|:----:|:---------------:|:-----------:|",
    ...points.map(
      ({ step, epoch, score, loss, train }) =>
        `| ${printed(train)} | ${epoch}.0 | ${step} | ${printed(loss)} | ${printed(score)} |`,
    ),
    "",
  ]);

const runRecord = (points: readonly Point[]): string =>
  lines([
    JSON.stringify({
      id: "seed",
      task: "squad",
      metric: "exact_match",
      points: points.map(({ step, score, loss }) => ({ step, quality: score, evalLoss: loss })),
    }),
  ]);

const mlflowFiles = (points: readonly Point[]): SeedFiles => {
  const folder = "mlruns/1/0123456789abcdef0123456789abcdef";
  const metric = (field: "score" | "loss" | "train"): string =>
    lines(points.map((point) => `17000000${point.epoch + 10} ${point[field]} ${point.step}`));
  return {
    [`${folder}/meta.yaml`]: "run_id: 0123456789abcdef0123456789abcdef\nstatus: 3\nlifecycle_stage: active\n",
    [`${folder}/metrics/val_accuracy`]: metric("score"),
    [`${folder}/metrics/val_loss`]: metric("loss"),
    [`${folder}/metrics/train_loss`]: metric("train"),
    [`${folder}/params/learning_rate`]: "0.1",
  };
};

const perFile = (
  points: readonly Point[],
  path: (point: Point) => string,
  content: (point: Point) => object,
) => Object.fromEntries(points.map((point) => [path(point), JSON.stringify(content(point), undefined, 1)]));

/** Tables and documents: CSV, JSON, cards, notebooks, folders of files. */
export const tableSeeds: readonly SeedLog[] = [
  seed("csv", "out/log.csv", evaluated, (points) =>
    tableOf(
      points.map(({ step, score, loss, train }) => ({
        step,
        train_loss: train,
        eval_loss: loss,
        eval_exact_match: score,
      })),
    ),
  ),
  seed("jsonl", "out/log.jsonl", evaluated, (points) =>
    lines(history(points).map((row) => JSON.stringify(row))),
  ),
  seed("keras-csv", "out/training.csv", { score: "val_accuracy", loss: "val_loss" }, (points) =>
    tableOf(
      points.map(({ epoch, score, loss, train }) => ({
        epoch: epoch - 1,
        accuracy: 0.5,
        loss: train,
        val_accuracy: score,
        val_loss: loss,
      })),
    ),
  ),
  seed("keras-history", "out/history.json", { score: "val_accuracy", loss: "val_loss" }, (points) =>
    listsOf(points, { loss: "train", val_loss: "loss", val_accuracy: "score" }),
  ),
  seed(
    "lightning-metrics-csv",
    "lightning_logs/version_0/metrics.csv",
    { score: "val_acc", loss: "val_loss" },
    (points) =>
      tableOf(
        points.map(({ step, epoch, score, loss, train }) => ({
          epoch,
          step,
          train_loss: train,
          val_acc: score,
          val_loss: loss,
        })),
      ),
  ),
  seed("hf-trainer-state", "out/checkpoint-900/trainer_state.json", evaluated, (points) =>
    JSON.stringify(
      {
        global_step: points.at(-1)!.step,
        max_steps: 9000,
        num_train_epochs: 90,
        log_history: history(points),
      },
      undefined,
      2,
    ),
  ),
  seed("llama-factory", "out/trainer_log.jsonl", { loss: "eval_loss" }, (points) =>
    lines(
      points.flatMap(({ step, epoch, loss, train }) => [
        JSON.stringify({ current_steps: step, total_steps: 9000, loss: train, lr: 0.0001, epoch }),
        JSON.stringify({ current_steps: step, total_steps: 9000, eval_loss: loss, epoch }),
      ]),
    ),
  ),
  seed(
    "lm-eval-json",
    "evals/checkpoint-1/results_2026-01-01T10-22-30.123450.json",
    { score: "gsm8k/exact_match,strict-match" },
    (points) =>
      perFile(
        points,
        ({ epoch }) => `evals/checkpoint-${epoch}/results_2026-01-01T10-22-30.123450.json`,
        ({ score }) => ({
          results: {
            gsm8k: {
              alias: "gsm8k",
              "exact_match,strict-match": score,
              "exact_match_stderr,strict-match": 0.01,
            },
          },
          "n-samples": { gsm8k: { effective: 1319 } },
        }),
      ),
  ),
  seed("model-card", "out/README.md", { score: "Exact Match", loss: "Validation Loss" }, card),
  seed("flair-loss-tsv", "flair/loss.tsv", { score: "DEV_F1", loss: "DEV_LOSS" }, (points) =>
    tableOf(
      points.map(({ epoch, score, loss, train }) => ({
        EPOCH: epoch,
        BAD_EPOCHS: 0,
        LEARNING_RATE: 0.1,
        TRAIN_LOSS: train,
        DEV_LOSS: loss,
        DEV_F1: score,
      })),
      "\t",
    ),
  ),
  seed("progress-csv", "rl/progress.csv", { score: "eval/success_rate" }, (points) =>
    tableOf(points.map(({ step, score }) => ({ "total/steps": step, "eval/success_rate": score }))),
  ),
  seed("ray-result", "ray/exp/trial_0/result.json", { score: "eval_accuracy", loss: "eval_loss" }, (points) =>
    lines(
      points.map(({ epoch, score, loss }) =>
        JSON.stringify({
          eval_accuracy: score,
          eval_loss: loss,
          training_iteration: epoch,
          time_total_s: 3.5,
          config: { lr: 0.1 },
        }),
      ),
    ),
  ),
  seed(
    "mlflow-mlruns",
    "mlruns/1/0123456789abcdef0123456789abcdef/metrics/val_accuracy",
    { score: "val_accuracy", loss: "val_loss" },
    mlflowFiles,
  ),
  seed("run-record", "out/runs.jsonl", {}, runRecord),
  seed("booster-results", "out/evals_result.json", { score: "eval-auc", loss: "eval-logloss" }, (points) =>
    JSON.stringify({
      train: { logloss: points.map(({ train }) => train) },
      eval: { logloss: points.map(({ loss }) => loss), auc: points.map(({ score }) => score) },
    }),
  ),
  seed("dataframe-json", "out/frame.json", evaluated, (points) =>
    listsOf(points, {
      step: "step",
      epoch: "epoch",
      train_loss: "train",
      eval_loss: "loss",
      eval_exact_match: "score",
    }),
  ),
  seed(
    "log-history-repr",
    "out/history.txt",
    evaluated,
    (points) => `[${history(points).map(printedRow).join(", ")}]`,
  ),
  seed("metric-lists", "out/metrics_data_0.json", { score: "val_accuracy", loss: "val_loss" }, (points) =>
    JSON.stringify({
      train_step_loss: points.flatMap(({ train }) => [train + 1, train]),
      val_loss: points.map(({ loss }) => loss),
      val_accuracy: points.map(({ score }) => score),
    }),
  ),
  seed(
    "metrics-per-epoch",
    "run/metrics_epoch_1.json",
    { score: "validation_accuracy", loss: "validation_loss" },
    (points) =>
      perFile(
        points,
        ({ epoch }) => `run/metrics_epoch_${epoch}.json`,
        ({ epoch, score, loss, train }) => ({
          epoch,
          training_loss: train,
          validation_loss: loss,
          validation_accuracy: score,
          best_epoch: epoch,
        }),
      ),
  ),
  seed("notebook", "colab/train.ipynb", { score: "Accuracy", loss: "Validation Loss" }, notebookTable),
  seed(
    "simpletransformers-csv",
    "outputs/training_progress_scores.csv",
    { score: "acc", loss: "eval_loss" },
    (points) =>
      tableOf(
        points.map(({ step, score, loss, train }) => ({
          global_step: step,
          tp: 5,
          tn: 4,
          train_loss: train,
          eval_loss: loss,
          acc: score,
        })),
      ),
  ),
];
