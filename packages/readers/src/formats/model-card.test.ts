import { describeReader, type ReaderFixture } from "../testing/reader-contract.ts";
import { modelCard } from "./model-card.ts";

interface CardParts {
  readonly front?: string;
  readonly opening?: string;
  readonly headline?: readonly string[];
  readonly hyper?: readonly string[];
  readonly table: string;
  readonly behind?: string;
}

const card = ({
  front = "",
  opening,
  headline = [],
  hyper = [],
  table,
  behind = "",
}: CardParts): string => `---
license: mit
tags:
- generated_from_trainer
${front}---

# a-model

This model is a fine-tuned version of ${opening ?? "[t5-small](https://huggingface.co/t5-small) on the None dataset."}
It achieves the following results on the evaluation set:
${headline.map((line) => `- ${line}`).join("\n")}

## Training procedure

### Training hyperparameters

The following hyperparameters were used during training:
${hyper.map((line) => `- ${line}`).join("\n")}

### Training results

${table}
${behind}

### Framework versions

- Transformers 4.30.1
`;

const standard = `| Training Loss | Epoch | Step | Validation Loss | Exact Match |
|:-------------:|:-----:|:----:|:---------------:|:-----------:|
| No log        | 0.5   | 100  | 0.9000          | 0.1         |
| 1.5           | 1.0   | 200  | 0.7000          | 0.3         |
| 1.5           | 1.5   | 300  | 0.6000          | 0.25        |`;

const hyper = [
  "learning_rate: 5e-05",
  "train_batch_size: 8",
  "gradient_accumulation_steps: 4",
  "total_train_batch_size: 32",
  "seed: 7",
  "optimizer: Use adamw_torch with betas=(0.9,0.999) and epsilon=1e-08",
  "lr_scheduler_type: cosine",
  "lr_scheduler_warmup_ratio: 0.1",
  "lr_scheduler_warmup_steps: 50",
  "num_epochs: 3.0",
];

const first: ReaderFixture = {
  name: "a card as the Trainer writes it",
  files: {
    "models/a/README.md": card({ table: standard, hyper, headline: ["Loss: 0.6", "Exact Match: 0.25"] }),
  },
  earlier: { "models/a/README.md": card({ table: standard.split("\n").slice(0, 4).join("\n"), hyper }) },
  primary: "models/a/README.md",
  runs: [
    {
      facts: {
        nEvalPoints: 3,
        lastStep: 300,
        metrics: ["Validation Loss", "Exact Match"],
        firstEval: { step: 100, epoch: 0.5, "Validation Loss": 0.9, "Exact Match": 0.1 },
        lastEval: { step: 300, epoch: 1.5, "Validation Loss": 0.6, "Exact Match": 0.25 },
        best: { "Validation Loss": { min: 0.6, max: 0.9 }, "Exact Match": { min: 0.1, max: 0.3 } },
      },
      record: {
        metric: "exact_match",
        model: "t5-small",
        family: "t5",
        params: 60_500_000,
        datasetSize: 6400,
        plannedEpochs: 3,
        plannedSteps: 600,
        end: "unknown",
        hyper: {
          lr: 5e-5,
          batchSize: 32,
          seed: 7,
          scheduler: "cosine",
          warmupRatio: 0.1,
          warmupSteps: 50,
          epochs: 3,
          datasetSizeEstimated: true,
          roundedTo: 4,
          transformers: "4.30.1",
        },
        points: [
          { step: 100, epoch: 0.5, quality: 0.1, evalLoss: 0.9, trainLoss: null },
          { step: 200, quality: 0.3, trainLoss: 1.5 },
          { step: 300, quality: 0.25 },
        ],
      },
    },
  ],
};

const table = (header: string, ...rows: string[]): string =>
  [header, header.replace(/[^|]+/g, "---"), ...rows].join("\n");

const fixtures: ReaderFixture[] = [
  first,
  {
    name: "rows in another order than the header are read loss first, facts stay as written",
    files: {
      "README.md": card({
        headline: ["Loss: 0.09", "Accuracy: 0.98"],
        table: table(
          "| Training Loss | Epoch | Step | Accuracy | Validation Loss |",
          "| 0.5 | 1.0 | 10 | 0.95 | 0.30 |",
          "| 0.4 | 2.0 | 20 | 0.96 | 0.20 |",
          "| 0.3 | 3.0 | 30 | 0.97 | 0.12 |",
          "| 0.2 | 4.0 | 40 | 0.09 | 0.98 |",
        ),
      }),
    },
    primary: "README.md",
    runs: [
      {
        facts: { lastEval: { Accuracy: 0.09, "Validation Loss": 0.98 } },
        record: { points: [{ quality: 0.95 }, {}, {}, { quality: 0.98, evalLoss: 0.09 }] },
      },
    ],
    warnings: [/1 rows stand in another order/],
  },
  {
    name: "training_steps are the plan; the headline is never a point",
    files: {
      "README.md": card({
        table: standard,
        hyper: ["train_batch_size: 16", "training_steps: 300"],
        headline: ["Loss: 0.7", "Exact Match: 0.88"],
      }),
    },
    primary: "README.md",
    runs: [{ record: { plannedSteps: 300, end: "completed", points: [{}, {}, { quality: 0.25 }] } }],
    warnings: [/Exact Match 0\.88, which stands in no row/],
  },
  {
    name: "thousands, percent, emphasis, dictionaries, non-finite and text cells",
    files: {
      "README.md": card({
        table: table(
          "| Training Loss | Epoch | Step | Validation Loss | Accuracy | Wer | Notes |",
          "| / | 1 | 1,000 | nan | {'accuracy': 0.5} | **61.5%** | good |",
          "| 0.2 | 2 | 2,000 | inf | {'accuracy': np.float64(0.75)} | 55.5 | - |",
          "| 0.1 | 3 | 3,000 | 0.5 | {'a': 1, 'b': 2} | 50 | None |",
        ),
      }),
    },
    primary: "README.md",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 3000,
          metrics: ["Accuracy", "Wer", "Validation Loss"],
          best: { Accuracy: { min: 0.5, max: 0.75 }, Wer: { min: 50, max: 61.5 } },
        },
        record: {
          metric: "accuracy",
          points: [{ step: 1000, quality: 0.5, evalLoss: null }, { quality: 0.75 }],
        },
      },
    ],
  },
  {
    name: "an error rate in percent becomes one minus the rate",
    files: {
      "README.md": card({
        table: table(
          "| Training Loss | Epoch | Step | Validation Loss | Wer |",
          "| 1 | 1 | 10 | 2 | 120.5 |",
          "| 1 | 2 | 20 | 1 | 40 |",
          "| 1 | 3 | 30 | 1 | 30 |",
        ),
      }),
    },
    primary: "README.md",
    runs: [{ record: { metric: "wer", points: [{ quality: 0 }, { quality: 0.6 }, { quality: 0.7 }] } }],
    warnings: [/wer is read as a percentage/],
  },
  {
    name: "a Keras card counts epochs from 0 and has no step",
    files: {
      "README.md": card({
        hyper: [
          "optimizer: {'name': 'AdamWeightDecay', 'learning_rate': {'class_name': 'PolynomialDecay', 'config': {'initial_learning_rate': 2e-05, 'decay_steps': 99}}, 'weight_decay_rate': 0.01}",
        ],
        table: table(
          "| Train Loss | Train Accuracy | Validation Loss | Validation Accuracy | Epoch |",
          "| 1.5 | 0.4 | 1.2 | 0.5 | 0 |",
          "| 1.0 | 0.6 | 1.0 | 0.6 | 1 |",
        ),
      }),
    },
    primary: "README.md",
    runs: [
      {
        facts: {
          lastStep: null,
          metrics: ["Validation Loss", "Validation Accuracy"],
          firstEval: { step: null, epoch: 0 },
        },
        record: {
          hyper: { stepIsEpoch: true, lr: 2e-5, weightDecay: 0.01, scheduler: "linear" },
          points: [
            { step: 1, epoch: 1, quality: 0.5, trainLoss: 1.5 },
            { step: 2, quality: 0.6 },
          ],
        },
      },
    ],
  },
  {
    name: "the first of several tables, the later of two equal steps, broken rows counted",
    files: {
      "README.md": card({
        table: `${standard}\n| 1.4 | 1.5 | 300 | 0.5 | 0.5 |\n| 1.4 | 2.0 | 400 | 0.5 |`,
        behind: `\n${table("| Epoch | Step | Validation Loss | Exact Match |", "| 1 | 900 | 0.1 | 0.9 |")}`,
      }),
    },
    primary: "README.md",
    runs: [{ facts: { nEvalPoints: 3, lastStep: 300, lastEval: { "Exact Match": 0.5 } } }],
    warnings: [/the first of 2 tables/, /1 rows have another number of cells/],
  },
  {
    name: "task from the metadata, one label for a classification",
    files: {
      "README.md": card({
        front:
          "datasets:\n- glue\nmodel-index:\n- name: me/cola-bert\n  results:\n  - task: {name: T, type: text-classification}\n    dataset: {name: glue, type: glue, args: cola}\n",
        opening: "[bert-base-cased](https://huggingface.co/bert-base-cased) on the glue dataset.",
        table: table(
          "| Training Loss | Epoch | Step | Validation Loss | Matthews Correlation |",
          "| 1 | 1 | 10 | 1 | -0.1 |",
          "| 1 | 2 | 20 | 1 | 0.5 |",
        ),
      }),
    },
    primary: "README.md",
    runs: [
      {
        record: {
          task: "glue/cola",
          group: "glue/cola",
          answerLength: 1,
          family: "bert",
          metric: "matthews_correlation",
          hyper: { hubModel: "me/cola-bert" },
          points: [{ quality: 0 }, { quality: 0.5 }],
        },
      },
    ],
    warnings: [/below 0 count as 0/],
  },
  {
    name: "a plan that the table runs past is none",
    files: { "README.md": card({ table: standard, hyper: ["train_batch_size: 8", "num_epochs: 1"] }) },
    primary: "README.md",
    runs: [{ record: { plannedSteps: null, plannedEpochs: null, end: "unknown" } }],
    warnings: [/past the stated plan/],
  },
  {
    name: "no table, or none with step or epoch",
    files: { "README.md": card({ table: table("| Metric | Value |", "| EM | 0.5 +- 0.1 |") }) },
    primary: "README.md",
    status: "skipped",
    reason: /without a training-results table/,
    runs: [],
  },
  {
    name: "cells with blank lines cut the table",
    files: {
      "README.md": card({
        table: table(
          "| Training Loss | Epoch | Step | Validation Loss | Report |",
          "| 1 | 1 | 10 | 1 | ok |",
          "| 1 | 2 | 20 | 0.9 | precision\n\n  0 0.9\n | ",
          "| 1 | 3 | 30 | 0.8 | ok |",
        ),
      }),
    },
    primary: "README.md",
    runs: [{ facts: { nEvalPoints: 2, lastStep: 20 } }],
    warnings: [/line breaks cut the table/],
  },
  {
    name: "a table in a comment is none, a unit is no part of a name, digits may be grouped by blanks",
    files: {
      "README.md": card({
        table:
          "<!--\n| Epoch | Step | Validation Loss |\n|---|---|---|\n| 9 | 9 | 9 |\n-->\n\n" +
          table(
            "| Step | Validation Loss | Val Accuracy (%) |",
            "| 1 000 | 2.5 | 50.0 |",
            "| 20_000 | 1.5 | 75.0 |",
          ),
      }),
    },
    primary: "README.md",
    runs: [
      {
        facts: { nEvalPoints: 2, lastStep: 20_000, metrics: ["Validation Loss", "Val Accuracy (%)"] },
        record: { metric: "accuracy", points: [{ step: 1000, quality: 0.5 }, { quality: 0.75 }] },
      },
    ],
  },
];

describeReader(modelCard, fixtures);
