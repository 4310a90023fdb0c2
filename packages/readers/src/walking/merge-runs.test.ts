import { describe, expect, test } from "vitest";
import { recordsOf, type IngestedFile } from "../index.ts";
import { cleanUp, readFiles, type Files } from "../testing/reader-contract.ts";

cleanUp();

/** Chance for made-up curves: the same seed gives the same numbers. */
function chance(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return state / 2 ** 32;
  };
}

interface Evaluation {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** A made-up curve whose noise depends on the seed. */
function curve(seed: number, nEvaluations = 6): Evaluation[] {
  const random = chance(seed);
  return Array.from({ length: nEvaluations }, (_, index) => {
    const step = 100 * (index + 1);
    const fade = Math.exp(-step / 400);
    return {
      step,
      epoch: step / 160,
      loss: 0.6 + fade + (random() - 0.5) / 25,
      accuracy: 0.8 - 0.5 * fade + (random() - 0.5) / 25,
    };
  });
}

const last = (rows: readonly Evaluation[]): Evaluation => rows.at(-1)!;

function state(rows: readonly Evaluation[], digits = 17): string {
  const short = (value: number): number => Number(value.toPrecision(digits));
  return JSON.stringify({
    global_step: last(rows).step,
    max_steps: 2000,
    log_history: rows.flatMap(({ step, epoch, loss, accuracy }) => [
      { step, epoch, loss: 1.5 * short(loss), learning_rate: 1e-4 },
      { step, epoch, eval_loss: short(loss), eval_accuracy: short(accuracy) },
    ]),
  });
}

const jsonLines = (rows: readonly Evaluation[], digits = 17): string =>
  rows
    .map(({ step, loss, accuracy }) =>
      JSON.stringify({
        step,
        eval_loss: Number(loss.toPrecision(digits)),
        eval_accuracy: Number(accuracy.toPrecision(digits)),
      }),
    )
    .join("\n") + "\n";

const card = (rows: readonly Evaluation[]): string =>
  [
    "---\ntags: [generated_from_trainer]\nbase_model: google/flan-t5-small\n---\n### Training hyperparameters\n\n- learning_rate: 0.0003\n- train_batch_size: 8\n\n### Training results\n",
    "| Training Loss | Epoch | Step | Validation Loss | Accuracy |\n|---|---|---|---|---|",
    ...rows.map(
      ({ step, epoch, loss, accuracy }) =>
        `| ${(1.5 * loss).toFixed(4)} | ${epoch} | ${step} | ${loss.toFixed(4)} | ${accuracy.toFixed(4)} |`,
    ),
    "",
  ].join("\n");

/** The dictionaries that a Trainer prints, with the epoch rounded and no step. */
const consoleLog = (rows: readonly Evaluation[], nDecimals = 4): string =>
  rows
    .map(
      ({ epoch, loss, accuracy }) =>
        `{'eval_loss': ${loss.toFixed(nDecimals)}, 'eval_accuracy': ${accuracy.toFixed(nDecimals)}, 'eval_runtime': 2.0, 'epoch': ${epoch.toFixed(2)}}`,
    )
    .join("\n") + "\n";

const csvTable = (rows: readonly Evaluation[], nDecimals = 17): string =>
  ["step,val_loss,val_accuracy"]
    .concat(
      rows.map(({ step, loss, accuracy }) =>
        [step, loss, accuracy].map((value) => Number(value.toFixed(Math.min(nDecimals, 15)))).join(","),
      ),
    )
    .join("\n") + "\n";

const runsOf = (files: readonly IngestedFile[]) => recordsOf({ files });
const partsOf = (files: readonly IngestedFile[]) =>
  Object.fromEntries(files.flatMap(({ path, partOf }) => (partOf === undefined ? [] : [[path, partOf]])));

const one = curve(1);

describe("one training", () => {
  const cases: readonly (readonly [string, Files, string])[] = [
    [
      "renamed checkpoints and the best one",
      {
        "m/epoch_1/trainer_state.json": state(one.slice(0, 2)),
        "m/epoch_2/trainer_state.json": state(one.slice(0, 4)),
        "m/epoch_3/trainer_state.json": state(one),
        "m/best_model/trainer_state.json": state(one.slice(0, 3)),
      },
      "m/epoch_3/trainer_state.json",
    ],
    [
      "checkpoints under names of the user's own",
      {
        "a/keep-this/trainer_state.json": state(one.slice(0, 3)),
        "a/submission v2/trainer_state.json": state(one),
      },
      "a/submission v2/trainer_state.json",
    ],
    [
      "a state with a single evaluation is the beginning of the grown one",
      { "x/first/trainer_state.json": state(one.slice(0, 1)), "x/last/trainer_state.json": state(one) },
      "x/last/trainer_state.json",
    ],
    [
      "a short run copied into the next training's folder",
      {
        "sft/trainer_state.json": state(one.slice(0, 4)),
        "dpo/start/trainer_state.json": state(one.slice(0, 4)),
      },
      "sft/trainer_state.json",
    ],
    [
      "a resumed run's two folders, the second with the whole history",
      {
        "out1/checkpoint-300/trainer_state.json": state(one.slice(0, 3)),
        "out2/checkpoint-600/trainer_state.json": state(one),
      },
      "out2/checkpoint-600/trainer_state.json",
    ],
    [
      "a log beside the output folder",
      { "logs/run1/metrics.jsonl": jsonLines(one), "output/run1/trainer_state.json": state(one) },
      "output/run1/trainer_state.json",
    ],
    [
      "a part that begins in the middle",
      { "out/trainer_state.json": state(one), "out/logs/resumed.jsonl": jsonLines(one.slice(3)) },
      "out/trainer_state.json",
    ],
    [
      "a console log above the output folder, without steps",
      { "train.log": consoleLog(one), "out/dpo/checkpoint-600/trainer_state.json": state(one) },
      "out/dpo/checkpoint-600/trainer_state.json",
    ],
    [
      "a card, a table and a console of one run",
      {
        "r/README.md": card(one),
        "r/checkpoint-600/trainer_state.json": state(one),
        "r/metrics.csv": csvTable(one, 5),
        "r/nohup.out": consoleLog(one),
      },
      "r/checkpoint-600/trainer_state.json",
    ],
    [
      "percent in one log, fractions in the other",
      {
        "r/trainer_state.json": state(one),
        "r/scores.csv": csvTable(one.map((row) => ({ ...row, accuracy: 100 * row.accuracy }))),
      },
      "r/trainer_state.json",
    ],
  ];
  test.each(cases)("%s", async (_, files, primary) => {
    const found = await readFiles(files);
    expect(runsOf(found).map(({ path }) => path)).toEqual([primary]);
    const others = Object.keys(files).filter((path) => path !== primary);
    expect(partsOf(found)).toEqual(Object.fromEntries(others.map((path) => [path, primary])));
  });

  test("takes each fact from the log that tells it", async () => {
    const found = await readFiles({
      "r/README.md": card(one),
      "elsewhere/metrics.jsonl": jsonLines(one),
      "elsewhere/README.md": "# Notes\n",
    });
    const [record] = runsOf(found);
    expect(runsOf(found)).toHaveLength(1);
    expect(record).toMatchObject({
      path: "elsewhere/metrics.jsonl",
      model: "google/flan-t5-small",
      family: "t5",
      params: 60.5e6,
      hyper: { lr: 0.0003, batchSize: 8, log: "jsonl" },
    });
    expect(record?.points[0]?.trainLoss).toBeCloseTo(1.5 * one[0]!.loss, 3);
  });

  test("keeps its id while its checkpoints rotate and its console grows", async () => {
    const before = await readFiles({
      "m/epoch_2/trainer_state.json": state(one.slice(0, 4)),
      "m/train.log": consoleLog(one.slice(0, 4)),
    });
    const now = await readFiles({
      "m/epoch_2/trainer_state.json": state(one.slice(0, 4)),
      "m/best_model/trainer_state.json": state(one.slice(0, 3)),
      "m/train.log": consoleLog(one),
    });
    const ids = (files: readonly IngestedFile[]) => runsOf(files).map(({ id }) => id);
    expect(ids(now)).toEqual(ids(before));
    expect(runsOf(now)[0]?.points).toHaveLength(6);
  });
});

describe("two trainings", () => {
  const two = curve(2);
  /** The second training shares the first evaluations of the first one and goes on in its own way. */
  const branch = (nShared: number): Evaluation[] => [...one.slice(0, nShared), ...two.slice(nShared)];
  const start = { step: 0, epoch: 0, loss: 2.123_456_789_012_3, accuracy: 0.123_456_789_012_345 };
  const onFloor = (rows: readonly Evaluation[], n: number): Evaluation[] =>
    rows.map((row, index) => (index < n ? { ...row, accuracy: 0 } : row));
  const scoresOnly = (rows: readonly Evaluation[]): string =>
    rows.map(({ step, accuracy }) => JSON.stringify({ step, eval_accuracy: accuracy })).join("\n") + "\n";

  const cases: readonly (readonly [string, Files])[] = [
    ["two seeds", { "s1/trainer_state.json": state(one), "s2/trainer_state.json": state(two) }],
    [
      "two seeds that share their first evaluations",
      { "s1/trainer_state.json": state(one), "s2/trainer_state.json": state(branch(3)) },
    ],
    [
      "two branches that differ in the last evaluation only",
      { "a/trainer_state.json": state(one), "b/trainer_state.json": state(branch(5)) },
    ],
    [
      "two seeds evaluated before the first step, one of them killed early",
      {
        "s1/trainer_state.json": state([start, ...one]),
        "s2/trainer_state.json": state([start, ...two.slice(0, 1)]),
      },
    ],
    [
      "seeds that stand at the floor, one killed there",
      {
        "s1/metrics.jsonl": scoresOnly(onFloor(one, 3)),
        "s2/metrics.jsonl": scoresOnly(onFloor(two, 3).slice(0, 3)),
      },
    ],
    [
      "equal weights at the start and the floor after it, one killed there",
      {
        "s1/metrics.jsonl": scoresOnly([start, ...onFloor(one, 2)]),
        "s2/metrics.jsonl": scoresOnly([start, ...onFloor(two, 2).slice(0, 2)]),
      },
    ],
    [
      "constant curves of other folders",
      {
        "s1/x/metrics.jsonl": scoresOnly(one.map((row) => ({ ...row, accuracy: 0.5 }))),
        "s2/x/metrics.csv": csvTable(two.map((row) => ({ ...row, accuracy: 0.5 }))),
      },
    ],
    [
      "the same run evaluated on two sets",
      {
        "r/dev.jsonl": jsonLines(one),
        "r/hard.jsonl": jsonLines(one.map((row, i) => ({ ...row, accuracy: row.accuracy - 0.1 - i / 100 }))),
      },
    ],
    [
      "the same run evaluated on two sets, by two loggers",
      {
        "r/metrics.jsonl": jsonLines(one.map((row) => ({ ...row, loss: row.loss + 0.0042 }))),
        "r/checkpoint-600/trainer_state.json": state(one),
      },
    ],
    [
      "short curves of few digits that agree by chance",
      {
        "a/metrics.csv": "step,val_accuracy\n100,0.51\n200,0.55\n300,0.58\n",
        "b/metrics.csv": "step,val_accuracy\n100,0.51\n200,0.55\n300,0.58\n400,0.61\n",
      },
    ],
    [
      "a console of few digits above another run's folder",
      {
        "old.log":
          "step: 100, val_accuracy: 0.51\nstep: 200, val_accuracy: 0.55\nstep: 300, val_accuracy: 0.58\n",
        "out/checkpoint-300/trainer_state.json": state(
          [0.5143, 0.5468, 0.5791].map((accuracy, i) => ({ ...one[i]!, accuracy })),
        ),
      },
    ],
    [
      "a console above two runs, of a third one",
      {
        "train.log": consoleLog(curve(3)),
        "a/trainer_state.json": state(one),
        "b/trainer_state.json": state(two),
      },
    ],
    [
      "equal values of few digits under other seeds that the logs state",
      {
        "a/metrics.jsonl": `{"event": "config", "seed": 1}\n${jsonLines(one.slice(0, 3), 4)}`,
        "b/metrics.jsonl": `{"event": "config", "seed": 2}\n${jsonLines(one.slice(0, 3), 4)}`,
      },
    ],
  ];
  test.each(cases)("stay two: %s", async (_, files) => {
    const found = await readFiles(files);
    expect(partsOf(found)).toEqual({});
    expect(runsOf(found)).toHaveLength(Object.keys(files).length);
    expect(new Set(runsOf(found).map(({ id }) => id)).size).toBe(Object.keys(files).length);
  });

  test("forty seeds stay forty, each with its console", async () => {
    const seeds = Array.from({ length: 40 }, (_, index) => index + 10);
    const files = Object.fromEntries(
      seeds.flatMap((seed) => [
        [`runs/s${seed}/checkpoint-600/trainer_state.json`, state(curve(seed))],
        [`runs/s${seed}/train.log`, consoleLog(curve(seed), 3)],
      ]),
    );
    const found = await readFiles(files);
    expect(runsOf(found)).toHaveLength(40);
    for (const [part, whole] of Object.entries(partsOf(found))) {
      expect(whole).toBe(part.replace("train.log", "checkpoint-600/trainer_state.json"));
    }
    expect(Object.keys(partsOf(found))).toHaveLength(40);
  });
});
