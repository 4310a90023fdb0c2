import { describeReader } from "../testing/reader-contract.ts";
import { notebook } from "./notebook.ts";

const table = (header: string[], rows: string[][], bar = ""): string[] => [
  "\n",
  "    <div>\n",
  `      <progress value='700' max='700' style='width:300px; height:20px;'></progress>\n`,
  `      ${bar}\n`,
  "    </div>\n",
  '    <table border="1" class="dataframe">\n  <thead>\n <tr style="text-align: left;">\n',
  ...header.map((name) => `      <th>${name}</th>\n`),
  "    </tr>\n  </thead>\n  <tbody>\n",
  ...rows.map((cells) => `    <tr>\n${cells.map((cell) => `      <td>${cell}</td>\n`).join("")}    </tr>\n`),
  "  </tbody>\n</table><p>",
];
const html = (lines: string[]) => ({
  output_type: "display_data",
  data: { "text/html": lines, "text/plain": ["<IPython.core.display.HTML object>"] },
  metadata: {},
});
const stream = (...lines: string[]) => ({
  output_type: "stream",
  name: "stdout",
  text: lines.map((line) => `${line}\n`),
});
const code = (...outputs: object[]) => ({
  cell_type: "code",
  execution_count: 1,
  metadata: {},
  source: ["trainer.train()\n", "# eval_loss: 0.001 at step 5"],
  outputs,
});
const file = (...cells: object[]): string =>
  JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, undefined, 1);

const header = ["Step", "Training Loss", "Validation Loss", "Accuracy"];
const rows = [100, 200, 300].map((step) => [
  String(step),
  step === 100 ? "No log" : "1.500000",
  `1.${900 - step}000`,
  `0.${step}000`,
]);

describeReader(notebook, [
  {
    name: "the Trainer's table and its bar",
    files: {
      "finetune.ipynb": file(
        { cell_type: "markdown", metadata: {}, source: ["# eval_loss: 0.5"] },
        code(html(table(header, rows, "[300/700 13:15 &lt; 17:40, 0.38 it/s, Epoch 3/7]"))),
      ),
    },
    primary: "finetune.ipynb",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 300,
          metrics: ["Validation Loss", "Accuracy"],
          firstEval: { step: 100, "Validation Loss": 1.8, Accuracy: 0.1 },
          lastEval: { step: 300, Accuracy: 0.3 },
        },
        record: {
          metric: "accuracy",
          plannedSteps: 700,
          points: [{ trainLoss: null, evalLoss: 1.8 }, { trainLoss: 1.5 }, {}],
        },
      },
    ],
  },
  {
    name: "two trainings, by epoch, with speeds; a table of data is none",
    files: {
      "sweep.ipynb": file(
        code(
          html(
            table(
              ["", "text", "label"],
              [
                ["0", "a", "1"],
                ["1", "b", "0"],
              ],
            ),
          ),
        ),
        code(
          html(
            table(
              ["Epoch", "Training Loss", "Validation Loss", "F1", "Runtime"],
              [
                ["1", "1.0", "0.9", "0.5", "3.1"],
                ["2", "0.8", "0.7", "0.6", "3.2"],
              ],
            ),
          ),
        ),
        code(
          html(
            table(
              ["Epoch", "Training Loss", "Validation Loss", "F1", "Runtime"],
              [
                ["1", "1.1", "1.9", "0.3", "3.1"],
                ["2", "0.9", "1.7", "0.4", "3.2"],
              ],
            ),
          ),
        ),
      ),
    },
    primary: "sweep.ipynb",
    runs: [
      { facts: { nEvalPoints: 2, metrics: ["Validation Loss", "F1"], firstEval: { epoch: 1, F1: 0.5 } } },
      { facts: { nEvalPoints: 2, firstEval: { epoch: 1, F1: 0.3 } } },
    ],
  },
  {
    name: "fastai's table",
    files: {
      "fastai.ipynb": file(
        code(
          html(
            table(
              ["epoch", "train_loss", "valid_loss", "accuracy", "time"],
              [
                ["0", "2.1", "1.5", "0.6", "00:12"],
                ["1", "1.1", "0.9", "0.7", "00:12"],
              ],
            ),
          ),
        ),
      ),
    },
    primary: "fastai.ipynb",
    runs: [
      {
        facts: { nEvalPoints: 2, metrics: ["valid_loss", "accuracy"], lastEval: { epoch: 1, accuracy: 0.7 } },
      },
    ],
  },
  {
    name: "printed epochs of Keras, with its bar",
    files: {
      "keras.ipynb": file(
        code(
          stream(
            ...[1, 2, 3].flatMap((epoch) => [
              `Epoch ${epoch}/3`,
              `\r 1/32 [..............................] - ETA: 3s - loss: 9.9 - accuracy: 0.01\b\b\b\b\r32/32 [==============================] - 1s 5ms/step - loss: 1.${epoch} - accuracy: 0.5 - val_loss: 1.${9 - epoch} - val_accuracy: 0.${epoch}`,
            ]),
          ),
        ),
      ),
    },
    primary: "keras.ipynb",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          metrics: ["val_loss", "val_accuracy"],
          lastEval: { epoch: 3, val_loss: 1.6 },
        },
        record: { plannedEpochs: 3 },
      },
    ],
  },
  {
    name: "a shown log_history",
    files: {
      "shown.ipynb": file(
        code({
          output_type: "execute_result",
          metadata: {},
          execution_count: 2,
          data: {
            "text/plain": [
              "[{'loss': 2.0, 'step': 10},\n",
              " {'eval_loss': 1.9, 'step': 10},\n",
              " {'eval_loss': 1.8, 'step': 20}]",
            ],
          },
        }),
      ),
    },
    primary: "shown.ipynb",
    runs: [{ facts: { nEvalPoints: 2, lastEval: { step: 20, eval_loss: 1.8 } } }],
  },
  {
    name: "training losses alone",
    files: {
      "sft.ipynb": file(
        code(
          html(
            table(
              ["Step", "Training Loss"],
              [
                ["1", "2.0"],
                ["2", "1.9"],
              ],
            ),
          ),
        ),
      ),
    },
    primary: "sft.ipynb",
    status: "skipped",
    reason: /outputs hold no evaluation/,
    runs: [],
  },
]);
