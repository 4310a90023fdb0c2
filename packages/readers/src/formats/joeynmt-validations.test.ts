import { describeReader } from "../testing/reader-contract.ts";
import { joeynmtValidations } from "./joeynmt-validations.ts";

const lines = [
  "Steps: 500\tLoss: 41269.5\tPPL: 10.0\tbleu: 4.5\tLR: 0.00030000\t*",
  "Steps: 1000\tLoss: 38253.5\tPPL: 5.0\tbleu: 8.5\tLR: 0.00020000\t",
];

describeReader(joeynmtValidations, [
  {
    name: "a summed loss becomes a loss per token",
    files: {
      "models/a/validations.txt": lines.join("\n") + "\n",
      "models/a/train.log":
        "2024-01-01 - INFO - joeynmt.helpers - cfg.data.src.lang : de\n- cfg.data.trg.lang : en\n- cfg.training.epochs : 10\n- Total params: 5000\nsplit=train, len=900, \n",
    },
    earlier: { "models/a/validations.txt": lines.join("\n").replace("1000", "900") + "\n" },
    primary: "models/a/validations.txt",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 1000,
          metrics: ["Loss", "PPL", "bleu"],
          firstEval: { step: 500, Loss: 41269.5, PPL: 10, bleu: 4.5 },
        },
        record: {
          metric: "bleu",
          task: "de-en",
          family: "nmt-transformer",
          params: 5000,
          datasetSize: 900,
          plannedEpochs: 10,
          points: [
            { step: 500, quality: 0.045, evalLoss: Math.log(10), lr: 3e-4 },
            { step: 1000, quality: 0.085, evalLoss: Math.log(5), lr: 2e-4 },
          ],
        },
      },
    ],
  },
  {
    name: "the spelling of newer versions; a cut last line",
    files: {
      "validations.txt":
        "Steps: 5\tloss: 3.7\tacc: 0.25\tppl: 40\tLR: 1\t*\nSteps: 10\tloss: 3.5\tacc: 0.5\tppl: 33\tLR: 1\t*\nSteps",
    },
    primary: "validations.txt",
    runs: [{ facts: { metrics: ["loss", "acc", "ppl"] }, record: { metric: "token_accuracy" } }],
    warnings: [/last line is incomplete/],
  },
  {
    name: "a step beyond every count",
    files: { "validations.txt": `${lines.join("\n")}\n${lines[1]!.replace("1000", "1e400")}\n` },
    primary: "validations.txt",
    status: "failed",
    reason: /validations\.txt:3: has a step that is no finite count/,
    runs: [],
  },
]);
