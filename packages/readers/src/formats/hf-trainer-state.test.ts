import { expect } from "vitest";
import { describeReader, type ReaderFixture } from "../testing/reader-contract.ts";
import { hfTrainerState } from "./hf-trainer-state.ts";

type Row = Record<string, unknown>;

const train = (step: number, more: Row = {}): Row => ({
  epoch: step / 100,
  step,
  loss: 2 / step,
  learning_rate: 1e-3 / step,
  ...more,
});
const evaluate = (step: number, em: number, more: Row = {}): Row => ({
  epoch: step / 100,
  step,
  eval_exact_match: em,
  eval_loss: 1 - em,
  eval_runtime: 10,
  eval_samples_per_second: 25,
  eval_steps_per_second: 3,
  ...more,
});

/** As the Trainer writes it: indented, bare NaN. */
const state = (fields: Row, history: readonly Row[]): string =>
  JSON.stringify({ ...fields, log_history: history }, null, 2)
    .replaceAll('"NaN!"', "NaN")
    .replaceAll('"-inf!"', "-Infinity");

const plain = [train(10), evaluate(10, 0.1), train(20), evaluate(20, 0.4), train(30), evaluate(30, 0.3)];
const settings = {
  global_step: 30,
  max_steps: 60,
  num_train_epochs: 1,
  train_batch_size: 8,
  num_input_tokens_seen: 0,
};

const fixtures: ReaderFixture[] = [
  {
    name: "a run in progress",
    files: { "out/trainer_state.json": state(settings, plain) },
    earlier: { "out/trainer_state.json": state({ ...settings, global_step: 20 }, plain.slice(0, 4)) },
    primary: "out/trainer_state.json",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 30,
          metrics: ["eval_exact_match", "eval_loss"],
          firstEval: { step: 10, epoch: 0.1, eval_exact_match: 0.1, eval_loss: 0.9 },
          lastEval: { step: 30, epoch: 0.3, eval_exact_match: 0.3, eval_loss: 0.7 },
          best: { eval_exact_match: { min: 0.1, max: 0.4 }, eval_loss: { min: 0.6, max: 0.9 } },
        },
        record: {
          metric: "exact_match",
          kind: "quality",
          plannedSteps: 60,
          evalSize: 250,
          end: "unknown",
          group: null,
          points: [
            { step: 10, quality: 0.1, evalLoss: 0.9, trainLoss: 0.2, tokens: null },
            { step: 20, quality: 0.4, trainLoss: 0.1, lr: 5e-5 },
            { step: 30, quality: 0.3 },
          ],
        },
      },
    ],
  },
  {
    name: "bare NaN and Infinity are missing, and the point stays",
    files: {
      "trainer_state.json": state({ ...settings, max_steps: 30 }, [
        train(10, { loss: "NaN!", grad_norm: "NaN!" }),
        evaluate(10, 0.5),
        evaluate(20, 0.6, { eval_exact_match: "NaN!", eval_loss: "-inf!" }),
        evaluate(30, 0.7),
      ]),
    },
    primary: "trainer_state.json",
    runs: [
      {
        facts: { nEvalPoints: 2, best: { eval_exact_match: { min: 0.5, max: 0.7 } } },
        record: {
          end: "completed",
          points: [{ quality: 0.5, trainLoss: null }, { step: 20, quality: null, evalLoss: null }, {}],
        },
      },
    ],
    warnings: [/not finite/],
  },
  {
    name: "of checkpoints the largest step is primary, also over a damaged larger one",
    files: {
      "o/checkpoint-10/trainer_state.json": state({ ...settings, global_step: 10 }, plain.slice(0, 2)),
      "o/checkpoint-30/trainer_state.json": state(settings, plain),
      "o/checkpoint-40/trainer_state.json": state({ ...settings, global_step: 40 }, plain).slice(0, 300),
      "o/checkpoint-5/trainer_state.json": state({ ...settings, global_step: 5 }, []),
    },
    primary: "o/checkpoint-30/trainer_state.json",
    runs: [{ facts: { nEvalPoints: 3 }, record: { group: null } }],
  },
  {
    name: "several evaluation sets are metrics of one run; a test set stands apart",
    files: {
      "trainer_state.json": state(settings, [
        { step: 10, eval_squad_exact_match: 40, eval_squad_f1: 50, eval_squad_runtime: 3, epoch: 1 },
        { step: 10, eval_test_exact_match: 30, epoch: 1 },
        { step: 20, eval_squad_exact_match: 60, eval_squad_f1: 70, epoch: 2 },
        { step: 20, eval_test_exact_match: 50, epoch: 2 },
      ]),
    },
    primary: "trainer_state.json",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          metrics: ["eval_squad_exact_match", "eval_squad_f1", "eval_test_exact_match"],
        },
        record: { points: [{ quality: 0.4 }, { quality: 0.6 }] },
      },
    ],
    warnings: [/percentage/],
  },
  {
    name: "a resumed run drops the abandoned branch",
    files: {
      "trainer_state.json": state(settings, [...plain, train(15), evaluate(15, 0.2), evaluate(25, 0.6)]),
    },
    primary: "trainer_state.json",
    runs: [
      {
        facts: { nEvalPoints: 3, lastStep: 25 },
        record: { points: [{ step: 10 }, { step: 15 }, { step: 25, quality: 0.6 }] },
      },
    ],
    warnings: [/resumed: 4 rows/],
  },
  {
    name: "the early-stopping callback ended the run",
    files: {
      "trainer_state.json": state(
        {
          ...settings,
          stateful_callbacks: {
            EarlyStoppingCallback: {
              args: { early_stopping_patience: 2, early_stopping_threshold: 0.01 },
              attributes: { early_stopping_patience_counter: 2 },
            },
          },
        },
        plain,
      ),
    },
    primary: "trainer_state.json",
    runs: [
      { record: { end: "early-stopped", hyper: { earlyStoppingPatience: 2, earlyStoppingThreshold: 0.01 } } },
    ],
  },
  {
    name: "an evaluation of the best checkpoint after the end is no point of the curve",
    files: {
      "trainer_state.json": state({ ...settings, max_steps: 30 }, [
        ...plain,
        {
          step: 30,
          epoch: 0.3,
          train_runtime: 100,
          train_samples_per_second: 24,
          train_loss: 0.3,
          total_flos: 1,
        },
        evaluate(30, 0.4),
      ]),
    },
    primary: "trainer_state.json",
    runs: [
      {
        facts: { lastEval: { eval_exact_match: 0.4 } },
        record: { datasetSize: 8000, points: [{}, {}, { step: 30, quality: 0.3 }] },
      },
    ],
  },
  {
    name: "tokens come from the rows of TRL, an entropy is no quality",
    files: {
      "trainer_state.json": state(settings, [
        train(10, { num_tokens: 4000, mean_token_accuracy: 0.5, entropy: 2 }),
        {
          step: 10,
          eval_loss: 1,
          eval_mean_token_accuracy: 0.5,
          eval_num_tokens: 4000,
          eval_entropy: 2,
          epoch: 1,
        },
        train(20, { num_tokens: 8000 }),
        {
          step: 20,
          eval_loss: 0.5,
          eval_mean_token_accuracy: 0.7,
          eval_num_tokens: 8000,
          eval_entropy: 1,
          epoch: 2,
        },
      ]),
    },
    primary: "trainer_state.json",
    runs: [
      { record: { metric: "token_accuracy", points: [{ tokens: 4000 }, { tokens: 8000, quality: 0.7 }] } },
    ],
  },
  {
    name: "companions tell model, plan and sizes",
    files: {
      "out/trainer_state.json": state(settings, plain),
      "out/adapter_config.json": '{"base_model_name_or_path": "google/gemma-2-2b"}',
      "out/all_results.json": '{"train_samples": 640, "eval_samples": 77, "eval_loss": 0.7}',
    },
    primary: "out/trainer_state.json",
    runs: [
      {
        record: { model: "google/gemma-2-2b", family: "gemma", params: 2e9, datasetSize: 640, evalSize: 77 },
      },
    ],
  },
  {
    name: "another file of that name",
    files: { "trainer_state.json": '{"best_metric": 1, "epoch": 3}' },
    primary: "trainer_state.json",
    status: "skipped",
    reason: /no log_history; its keys are best_metric, epoch/,
    runs: [],
  },
  {
    name: "training rows alone",
    files: { "trainer_state.json": state(settings, [train(10), train(20)]) },
    primary: "trainer_state.json",
    status: "skipped",
    reason: /training rows only/,
    runs: [{ facts: { nEvalPoints: 0, lastStep: 20 } }],
  },
];

const reward = (step: number, value: number): Row => train(step, { reward: value, reward_std: 0.2 });
const rewards = state(settings, [reward(10, -0.5), reward(20, 0.5), reward(30, 1.5)]);

const rewardFixtures: ReaderFixture[] = [
  {
    name: "the reward of GRPO, which is no score unless it is asked for",
    files: { "trainer_state.json": rewards },
    primary: "trainer_state.json",
    status: "skipped",
    reason: /training rows only/,
    runs: [{ facts: { nEvalPoints: 0 } }],
  },
  {
    name: "the reward of GRPO that is asked for",
    files: { "trainer_state.json": rewards },
    options: { metric: "reward" },
    primary: "trainer_state.json",
    runs: [
      {
        facts: { nEvalPoints: 3, metrics: ["reward"] },
        record: {
          metric: "reward",
          kind: "quality",
          points: [{ quality: 1 / 6 }, { quality: 0.5 }, { quality: 5 / 6 }].map(({ quality }) => ({
            quality: expect.closeTo(quality, 12) as number,
          })),
        },
      },
    ],
    warnings: [/reward is scaled from \[-1, 2\] to \[0, 1\]/],
  },
  {
    name: "a reward of evaluations comes before that of training",
    files: {
      "trainer_state.json": state(settings, [
        reward(10, 0.9),
        { step: 10, epoch: 0.1, eval_loss: 1, eval_reward: 0.25 },
        reward(20, 0.9),
        { step: 20, epoch: 0.2, eval_loss: 1, eval_reward: 0.5 },
      ]),
    },
    options: { metric: "reward" },
    primary: "trainer_state.json",
    runs: [
      {
        facts: { nEvalPoints: 2, metrics: ["eval_loss", "eval_reward"] },
        record: { metric: "reward", kind: "quality", points: [{ quality: 0.25 }, { quality: 0.5 }] },
      },
    ],
  },
];

describeReader(hfTrainerState, [...fixtures, ...rewardFixtures]);
