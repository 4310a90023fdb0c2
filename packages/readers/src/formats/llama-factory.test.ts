import { describeReader } from "../testing/reader-contract.ts";
import { llamaFactory } from "./llama-factory.ts";

const text = (...rows: Record<string, unknown>[]): string =>
  rows.map((row) => JSON.stringify(row)).join("\n") + "\n";
const common = { total_steps: 40, percentage: 25, elapsed_time: "0:01:00", remaining_time: "1 day, 0:01:00" };

describeReader(llamaFactory, [
  {
    name: "losses and tokens; the accuracy of a reward model is no score",
    files: {
      "saves/run/trainer_log.jsonl": text(
        { current_steps: 10, ...common, loss: 2, accuracy: 0.9, lr: 1e-4, epoch: 0.5, total_tokens: 1000 },
        { current_steps: 10, ...common, eval_loss: 1.5, epoch: 0.5 },
        { current_steps: 20, ...common, loss: 1, accuracy: 0.9, lr: 5e-5, epoch: 1, total_tokens: 2000 },
        { current_steps: 20, ...common, eval_loss: 1.25, epoch: 1 },
      ),
    },
    earlier: {
      "saves/run/trainer_log.jsonl": text(
        { current_steps: 10, ...common, eval_loss: 1.5, epoch: 0.5 },
        { current_steps: 20, ...common, eval_loss: 1.25, epoch: 1 },
      ),
    },
    primary: "saves/run/trainer_log.jsonl",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 20,
          metrics: ["eval_loss"],
          firstEval: { step: 10, epoch: 0.5, eval_loss: 1.5 },
        },
        record: {
          kind: "loss",
          metric: "eval_loss",
          plannedSteps: 40,
          points: [
            { step: 10, tokens: 1000, value: 1.5, trainLoss: 2, lr: 1e-4 },
            { step: 20, tokens: 2000, value: 1.25 },
          ],
        },
      },
    ],
    warnings: [/no quality metric/],
  },
  {
    name: "a rerun appended to the same file",
    files: {
      "trainer_log.jsonl": text(
        { current_steps: 10, eval_loss: 9 },
        { current_steps: 20, eval_loss: 8 },
        { current_steps: 10, eval_loss: 2 },
        { current_steps: 30, eval_loss: 1 },
      ),
    },
    primary: "trainer_log.jsonl",
    runs: [
      {
        record: {
          points: [
            { step: 10, value: 2 },
            { step: 30, value: 1 },
          ],
        },
      },
    ],
    warnings: [/restarted/],
  },
]);
