import { printed, type SeedCurve, type SeedLog } from "./seed-curve.ts";

interface Line {
  readonly step: number;
  readonly epoch: number;
  readonly score: string;
  readonly loss: string;
  readonly train: string;
}

/** The text of a console from what each evaluation prints, behind what is printed first. */
const consoleOf =
  (lines: (line: Line) => readonly string[], ...head: readonly string[]) =>
  (curve: SeedCurve): string => {
    const body = curve.scores.flatMap((score, index) =>
      lines({
        step: (index + 1) * curve.every,
        epoch: index + 1,
        score: printed(score),
        loss: printed(curve.losses[index]!),
        train: printed(curve.training[index]!),
      }),
    );
    return [...head, ...body].join("\n") + "\n";
  };

type Names = Pick<SeedLog, "score" | "loss">;

const seed = (format: string, path: string, names: Names, text: (curve: SeedCurve) => string): SeedLog => ({
  format,
  path,
  ...names,
  files: (curve) => ({ [path]: text(curve) }),
});

/** Consoles and line-wise logs. */
export const consoleSeeds: readonly SeedLog[] = [
  seed(
    "text-log",
    "out/train.log",
    { score: "eval_accuracy", loss: "eval_loss" },
    consoleOf(({ step, score, loss, train }) => [
      `step ${step}: {'loss': ${train}, 'learning_rate': 1e-05}`,
      `step ${step}: {'eval_loss': ${loss}, 'eval_accuracy': ${score}}`,
    ]),
  ),
  seed(
    "booster-console",
    "out/xgb.log",
    { score: "eval-auc", loss: "eval-logloss" },
    consoleOf(({ epoch, score, loss, train }) => [
      `[${epoch - 1}]\ttrain-logloss:${train}\teval-logloss:${loss}\teval-auc:${score}`,
    ]),
  ),
  seed(
    "deepspeed-chat-console",
    "out/training.log",
    { loss: "loss" },
    consoleOf(({ epoch, loss }) => [
      `***** Evaluating perplexity, Epoch ${epoch}/50 *****`,
      `ppl: ${(Number(loss) * 3).toFixed(4)}, loss: ${loss}`,
    ]),
  ),
  seed(
    "llmc-main-log",
    "log/main.log",
    { score: "eval", loss: "tel" },
    consoleOf(({ step, score, loss, train }) => [
      `s:${step} trl:${train} lr:0.000150 norm:0.90`,
      `s:${step} tel:${loss}`,
      `s:${step} eval:${score}`,
    ]),
  ),
  seed(
    "marian-valid-log",
    "model/valid.log",
    { score: "chrf", loss: "cross-entropy" },
    consoleOf(({ step, epoch, score, loss }) => [
      `[2026-01-05 10:00:00] [valid] Ep. ${epoch} : Up. ${step} : cross-entropy : ${loss} : new best`,
      `[2026-01-05 10:00:00] [valid] Ep. ${epoch} : Up. ${step} : chrf : ${score} : new best`,
    ]),
  ),
  seed(
    "megatron-console",
    "logs/megatron.out",
    { loss: "lm loss value" },
    consoleOf(
      ({ step, loss, train }) => [
        ` [2026-01-05 10:00:50] iteration ${step}/ 9000 | consumed samples: ${step * 64} | lm loss: ${train} | grad norm: 0.811 |`,
        ` validation loss at iteration ${step} | lm loss value: ${loss} | lm loss PPL: 6.363660E+03 | `,
      ],
      "  seq_length ...................................... 2048",
    ),
  ),
  seed(
    "nanogpt-log",
    "log/log.txt",
    { score: "hella", loss: "val" },
    consoleOf(({ step, score, loss, train }) => [
      `${step} train ${train}`,
      `${step} val ${loss}`,
      `${step} hella ${score}`,
    ]),
  ),
  seed(
    "spacy-table",
    "out/spacy.txt",
    { score: "SCORE" },
    consoleOf(
      ({ step, score, train }) => [`  0  ${step}  ${train}  ${score}  ${score}`],
      "E    #       LOSS NER  ENTS_F  SCORE ",
      "---  ------  --------  ------  ------",
    ),
  ),
  seed(
    "joeynmt-validations",
    "joey/validations.txt",
    { score: "bleu" },
    consoleOf(({ step, score }) => [
      `Steps: ${step}\tLoss: 41269.5\tPPL: 10.0\tbleu: ${score}\tLR: 0.0003\t*`,
    ]),
  ),
  seed(
    "joeynmt-train-log",
    "joey/train.log",
    { score: "acc", loss: "loss" },
    consoleOf(
      ({ step, score, loss, train }) => [
        `2026-01-05 10:00:00,123 - INFO - joeynmt.training - Epoch   1, Step: ${step}, Batch Loss: ${train}, Tokens per Sec: 9000, Lr: 0.000300`,
        `2026-01-05 10:00:01,123 - INFO - joeynmt.prediction - Evaluation result (greedy) loss:   ${loss}, acc:   ${score}, generation: 1.0[sec]`,
      ],
      "2026-01-05 10:00:00,123 - INFO - joeynmt.training - Hello! This is Joey-NMT.",
    ),
  ),
  seed(
    "flair-training-log",
    "flair/training.log",
    { score: "DEV score", loss: "DEV loss" },
    consoleOf(({ epoch, score, loss, train }) => [
      `2026-01-05 10:00:00,123 EPOCH ${epoch} done: loss ${train} - lr 0.1000000`,
      `2026-01-05 10:00:01,123 DEV : loss ${loss} - score ${score}`,
    ]),
  ),
  seed(
    "optuna-journal",
    "sweep/journal.log",
    {},
    consoleOf(
      ({ step, score }) => [
        `{"op_code": 7, "worker_id": "a", "trial_id": 0, "step": ${step}, "intermediate_value": ${score}}`,
      ],
      '{"op_code": 0, "worker_id": "a", "study_name": "sweep", "directions": [2]}',
      '{"op_code": 4, "worker_id": "a", "study_id": 0, "datetime_start": "x"}',
    ),
  ),
];
