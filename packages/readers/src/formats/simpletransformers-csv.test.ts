import { describeReader } from "../testing/reader-contract.ts";
import { simpletransformersCsv } from "./simpletransformers-csv.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";

describeReader(simpletransformersCsv, [
  {
    name: "scores without prefix beside counts",
    files: {
      "outputs/training_progress_scores.csv": text(
        "global_step,tp,tn,fp,fn,mcc,train_loss,eval_loss,acc",
        "100,5,5,1,1,0.5,0.9,0.8,0.7",
        "200,5,5,1,1,0.6,0.7,0.7,0.8",
        "300,5,5,1,1,0.7,0.5,0.6,0.9",
      ),
    },
    primary: "outputs/training_progress_scores.csv",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 300,
          metrics: ["mcc", "eval_loss", "acc"],
          firstEval: { step: 100, acc: 0.7 },
        },
        record: { metric: "accuracy", points: [{ quality: 0.7, evalLoss: 0.8, trainLoss: 0.9 }, {}, {}] },
      },
    ],
  },
]);
