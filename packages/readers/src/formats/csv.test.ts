import { gzipSync } from "node:zlib";
import { describeReader, type ReaderFixture } from "../testing/reader-contract.ts";
import { csv } from "./csv.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";

const fixtures: ReaderFixture[] = [
  {
    name: "a plain table",
    files: {
      "run/log.csv": text(
        "step,loss,lr,val_loss,val_acc",
        "10,2,0.1,1.5,0.2",
        "20,1,0.05,,",
        "30,0.5,0.02,0.9,0.6",
      ),
    },
    earlier: {
      "run/log.csv": text("step,loss,lr,val_loss,val_acc", "10,2,0.1,1.5,0.2", "20,1,0.05,1.2,0.3"),
    },
    primary: "run/log.csv",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 30,
          metrics: ["val_loss", "val_acc"],
          firstEval: { step: 10, val_loss: 1.5, val_acc: 0.2 },
          best: { val_acc: { min: 0.2, max: 0.6 } },
        },
        record: {
          metric: "accuracy",
          points: [
            { step: 10, quality: 0.2, evalLoss: 1.5, trainLoss: 2, lr: 0.1 },
            { step: 30, quality: 0.6, trainLoss: 0.5 },
          ],
        },
      },
    ],
  },
  {
    name: "semicolons, decimal commas, quotes, thousands, nan",
    files: {
      "log.csv": text(
        '"Global Step";"Eval EM";"note"',
        '1000;0,125;"a;b"',
        '2000;nan;"say ""x"""',
        "3000;0,5;c",
      ),
    },
    primary: "log.csv",
    runs: [
      {
        facts: { nEvalPoints: 2, lastStep: 3000, best: { "Eval EM": { min: 0.125, max: 0.5 } } },
        record: { points: [{ quality: 0.125 }, { step: 2000, quality: null }, { quality: 0.5 }] },
      },
    ],
  },
  {
    name: "thousands separators in quotes",
    files: { "log.csv": text("step,val_acc", '"1,000",0.5', '"2,000",0.75') },
    primary: "log.csv",
    runs: [{ facts: { lastStep: 2000 } }],
  },
  {
    name: "tabs, keyed by epoch from 0, tokens that rise",
    files: { "log.tsv": text("epoch\ttokens\teval/f1", "0\t100\t0.5", "1\t200\t0.6") },
    primary: "log.tsv",
    runs: [
      {
        facts: { lastStep: null, firstEval: { step: null, epoch: 0, "eval/f1": 0.5 } },
        record: {
          hyper: { stepIsEpoch: true },
          points: [
            { step: 1, tokens: 100 },
            { step: 2, tokens: 200 },
          ],
        },
      },
    ],
  },
  {
    name: "the long form is pivoted",
    files: {
      "log.csv": text(
        "step,metric,value",
        "10,train_loss,3",
        "20,train_loss,2",
        "10,eval_exact_match,0.1",
        "20,eval_exact_match,0.2",
      ),
    },
    primary: "log.csv",
    runs: [
      {
        facts: { nEvalPoints: 2, metrics: ["eval_exact_match"] },
        record: { points: [{ trainLoss: 3 }, { trainLoss: 2, quality: 0.2 }] },
      },
    ],
  },
  {
    name: "several seeds are several runs",
    files: { "log.csv": text("seed,step,accuracy", "1,10,0.1", "2,10,0.2", "1,20,0.3", "2,20,0.4") },
    primary: "log.csv",
    runs: [
      { record: { points: [{ quality: 0.1 }, { quality: 0.3 }] } },
      { record: { points: [{ quality: 0.2 }, { quality: 0.4 }] } },
    ],
  },
  {
    name: "a restart drops what it abandoned, a constant total is the plan",
    files: {
      "log.csv": text(
        "step,total_steps,val_em",
        "10,100,0.1",
        "20,100,0.2",
        "30,100,0.9",
        "20,100,0.3",
        "40,100,0.4",
      ),
    },
    primary: "log.csv",
    runs: [
      {
        facts: { lastStep: 40 },
        record: { plannedSteps: 100, points: [{ quality: 0.1 }, { quality: 0.3 }, { step: 40 }] },
      },
    ],
    warnings: [/restarted 1 times: 1 rows/],
  },
  {
    name: "a score without prefix counts in rows that are no training steps",
    files: { "log.csv": text("step,accuracy,loss", "1,,2", "1,0.5,", "2,,1", "2,0.75,") },
    primary: "log.csv",
    runs: [{ facts: { metrics: ["accuracy"] }, record: { points: [{ trainLoss: 2 }, { trainLoss: 1 }] } }],
  },
  {
    name: "an accuracy beside the training loss is of the training batch",
    files: { "log.csv": text("step,accuracy,loss", "1,0.5,2", "2,0.75,1") },
    primary: "log.csv",
    status: "skipped",
    reason: /no evaluation: accuracy stand in rows of training steps.*--metric/,
    runs: [{ facts: { nEvalPoints: 0 } }],
  },
  {
    name: "a W&B export holds several runs",
    files: {
      "wandb_export.csv": text(
        '"Step","sun-1 - eval/em","sun-1 - eval/em__MIN","sun-1 - eval/em__MAX","moon-2 - eval/em"',
        '"1","0.25","0.25","0.25",""',
        '"2","0.5","0.5","0.5","0.75"',
        '"3","","","","1"',
      ),
    },
    primary: "wandb_export.csv",
    runs: [
      {
        facts: { nEvalPoints: 2, metrics: ["eval/em"] },
        record: { points: [{ quality: 0.25 }, { quality: 0.5 }] },
      },
      {
        record: {
          points: [
            { step: 2, quality: 0.75 },
            { step: 3, quality: 1 },
          ],
        },
      },
    ],
  },
  {
    name: "the whole validation set is preferred to a batch of it",
    files: {
      "result.csv": text(
        "step,train_loss,valid_mean_token_accuracy,full_valid_mean_token_accuracy",
        "1,2,0.9,",
        "2,2,0.9,0.5",
        "3,1,0.9,0.75",
      ),
    },
    primary: "result.csv",
    runs: [
      {
        facts: { nEvalPoints: 3 },
        record: { metric: "token_accuracy", points: [{ step: 2, quality: 0.5 }, { step: 3 }] },
      },
    ],
  },
  {
    name: "a column that was asked for is the metric, whatever its name",
    files: { "log.csv": text("step,val_loss,my_score_x,sharpness", "1,2,0.5,0.25", "2,1,0.75,0.5") },
    options: { metric: "sharpness" },
    primary: "log.csv",
    runs: [
      {
        facts: { metrics: ["val_loss", "sharpness"] },
        record: { metric: "sharpness", points: [{ quality: 0.25 }, { quality: 0.5 }] },
      },
    ],
  },
  {
    name: "comments before the header, a row index without a name",
    files: { "log.csv": text("# made by a script", "", "epoch,val_loss", "0,1,2", "1,2,1") },
    primary: "log.csv",
    runs: [{ facts: { nEvalPoints: 2, firstEval: { epoch: 1, val_loss: 2 }, lastEval: { epoch: 2 } } }],
  },
  {
    name: "rows that end in a delimiter",
    files: { "log.csv": text("step,val_loss", "1,2,", "2,1,") },
    primary: "log.csv",
    runs: [{ facts: { nEvalPoints: 2, lastStep: 2, lastEval: { step: 2, val_loss: 1 } } }],
  },
  {
    name: "a split without separator, counted splits",
    files: { "log.csv": text("step,loss,valloss,testacc,val2_f1", "1,2,3,0.5,0.25", "2,1,2,0.75,0.5") },
    primary: "log.csv",
    runs: [
      {
        facts: { metrics: ["valloss", "testacc", "val2_f1"] },
        record: { metric: "f1", points: [{ evalLoss: 3 }, { quality: 0.5 }] },
      },
    ],
  },
  {
    name: "the split stands at the end of the name",
    files: { "log.csv": text("step,loss_train,loss_val,acc_train,acc_val", "1,2,3,0.5,0.25", "2,1,2,1,0.5") },
    primary: "log.csv",
    runs: [
      {
        facts: { metrics: ["loss_val", "acc_val"] },
        record: { metric: "accuracy", points: [{ trainLoss: 2, evalLoss: 3, quality: 0.25 }, {}] },
      },
    ],
  },
  {
    name: "fastai's scores are of the validation set",
    files: {
      "history.csv": text(
        "epoch,train_loss,valid_loss,accuracy,time",
        "0,#na#,1.5,0.25,00:12",
        "1,1,1.25,0.5,01:02:03",
      ),
    },
    primary: "history.csv",
    runs: [
      {
        facts: { metrics: ["valid_loss", "accuracy"], firstEval: { epoch: 0, accuracy: 0.25 } },
        record: { points: [{ step: 1, quality: 0.25, evalLoss: 1.5 }, { trainLoss: 1 }] },
      },
    ],
  },
  {
    name: "a reward is no percentage",
    files: { "log.csv": text("step,eval/mean_reward", "1,15", "2,25") },
    primary: "log.csv",
    runs: [{ facts: { nEvalPoints: 2 }, record: undefined }],
  },
  {
    name: "no column is read as an evaluation",
    files: { "log.csv": text("step,alpha,beta", "1,15,2", "2,25,3") },
    primary: "log.csv",
    status: "skipped",
    reason: /no column that is read as an evaluation; besides the step it has alpha, beta\./,
    runs: [{}],
  },
  {
    name: "gzipped UTF-16",
    files: { "log.csv.gz": gzipSync(Buffer.from(`\uFEFF${text("step,val_em", "1,0.5", "2,1")}`, "utf16le")) },
    primary: "log.csv.gz",
    runs: [{ facts: { nEvalPoints: 2, lastEval: { step: 2, val_em: 1 } } }],
  },
  {
    name: "a data set is no log",
    files: { "train.csv": text("question,answer", "who,me", "what,that") },
    primary: "train.csv",
    status: "skipped",
    reason: /has no step, epoch or token column/,
    runs: [],
  },
  {
    name: "a column named twice",
    files: { "log.csv": text("step,acc,acc", "1,2,3") },
    primary: "log.csv",
    status: "failed",
    reason: /log\.csv:1: the header names acc more than once\. Rename/,
    runs: [],
  },
  {
    name: "columns named twice that are not needed are left out",
    files: {
      "log.csv": text(
        "step,lr,lr,gpu,val_acc,gpu",
        "1,0.1,0.1,3,0.5,4",
        "2,0.1,0.1,3,0.6,4",
        "3,0.1,0.1,3,0.7,4",
      ),
    },
    primary: "log.csv",
    runs: [
      {
        facts: { nEvalPoints: 3, metrics: ["val_acc"] },
        record: { points: [{ step: 1, quality: 0.5 }, {}, {}] },
      },
    ],
    warnings: [/gpu stand twice and are not read/],
  },
  {
    name: "a long table whose values stand under metric",
    files: {
      "log.csv": text(
        "step,metric_name,metric",
        ...[1, 2, 3].flatMap((step) => [
          `${step},val_loss,${3 - step / 2}`,
          `${step},val_exact_match,0.${step}`,
        ]),
      ),
    },
    primary: "log.csv",
    runs: [
      {
        facts: { nEvalPoints: 3, metrics: ["val_loss", "val_exact_match"] },
        record: { metric: "exact_match", points: [{ step: 1, quality: 0.1, evalLoss: 2.5 }, {}, {}] },
      },
    ],
  },
  {
    name: "training rows alone, rows cut short",
    files: { "log.csv": text("step,loss", "1,2", "2,1", "3") },
    primary: "log.csv",
    status: "skipped",
    reason: /training rows only/,
    runs: [{ facts: { nEvalPoints: 0, lastStep: 2 } }],
    warnings: [/1 rows have another number of cells/],
  },
];

describeReader(csv, fixtures);
