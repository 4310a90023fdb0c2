import type { LogReader } from "../contract.ts";
import { readingOfRows, readJsonRows } from "./jsonl.ts";

/**
 * LLaMA-Factory's `trainer_log.jsonl`: losses and progress by `current_steps`. Its `accuracy` is that of a reward
 * model on training pairs, never a score of an evaluation; custom evaluation metrics do not get here.
 */
export const llamaFactory: LogReader = {
  format: "llama-factory",
  title: "LLaMA-Factory trainer_log.jsonl",
  description: {
    recognised: "`trainer_log.jsonl`",
    quality: "`eval_loss`",
    plan: "`total_steps`",
    end: "not told",
    notRead: "`accuracy`, which is that of a reward model on training pairs",
  },
  detect: (file) =>
    file.name === "trainer_log.jsonl" && (file.headText !== "" || file.sizeBytes === 0) ? 0.95 : 0,
  read: async ([file]) => [readingOfRows(file!, await readJsonRows(file!), { bareScoresAreTraining: true })],
};
