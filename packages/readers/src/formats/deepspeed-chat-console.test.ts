import { describeReader } from "../testing/reader-contract.ts";
import { deepspeedChatConsole } from "./deepspeed-chat-console.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";

describeReader(deepspeedChatConsole, [
  {
    name: "supervised fine-tuning: perplexity behind each heading",
    files: {
      "training.log": text(
        "***** Running training *****",
        "***** Evaluating perplexity, Epoch 0/3 *****",
        "ppl: 4937.23, loss: 8.504",
        ...[1, 2, 3].flatMap((epoch) => [
          `Beginning of Epoch ${epoch}/3, Total Micro Batches 954`,
          `Epoch: ${epoch - 1}, Step: 953, Rank: 0, loss = ${3 - epoch / 2}`,
          "[2026-01-05 10:00:01,123] [INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=0, lr=[9.65e-06], mom=[(0.9, 0.95)]",
          `***** Evaluating perplexity, Epoch ${epoch}/3 *****`,
          `ppl: ${9 - epoch}.50, loss: 2.${5 - epoch}00`,
        ]),
        "saving the final model ...",
      ),
    },
    primary: "training.log",
    runs: [
      {
        facts: {
          nEvalPoints: 4,
          lastStep: null,
          metrics: ["ppl", "loss"],
          firstEval: { step: null, epoch: 0, ppl: 4937.23 },
          lastEval: { epoch: 3, ppl: 6.5, loss: 2.2 },
        },
        record: { kind: "loss", plannedEpochs: 3 },
      },
    ],
  },
  {
    name: "a reward model",
    files: {
      "step2.txt": text(
        ...[0, 1, 2].flatMap((epoch) => [
          `***** Evaluating reward, Epoch ${epoch}/2 *****`,
          `chosen_last_scores (higher is better) : ${epoch}.1, rejected_last_scores (lower is better) : -0.5, acc (higher is better) : 0.${5 + epoch}0`,
        ]),
      ),
    },
    primary: "step2.txt",
    runs: [
      {
        facts: { nEvalPoints: 3, lastEval: { epoch: 2, acc: 0.7 } },
        record: { kind: "quality", plannedEpochs: 2 },
      },
    ],
  },
]);
