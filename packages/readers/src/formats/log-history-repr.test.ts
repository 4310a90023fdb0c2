import { describeReader } from "../testing/reader-contract.ts";
import { logHistoryRepr } from "./log-history-repr.ts";

const rows = [1, 2, 3].flatMap((turn) => [
  `{'loss': np.float64(${3 - turn / 2}), 'grad_norm': tensor(0.5, device='cuda:0'), 'learning_rate': 1e-05, 'epoch': ${turn}.0, 'step': ${turn * 10}}`,
  `{'eval_loss': ${turn === 2 ? "nan" : 2.5 - turn / 2}, 'eval_exact_match': 0.${turn}, 'eval_note': "it's", 'eval_best': None, 'epoch': ${turn}.0, 'step': ${turn * 10}}`,
]);

describeReader(logHistoryRepr, [
  {
    name: "as print shows it",
    files: { "history.txt": `[${rows.join(", ")}]` },
    primary: "history.txt",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 30,
          metrics: ["eval_loss", "eval_exact_match"],
          firstEval: { step: 10, eval_exact_match: 0.1 },
          lastEval: { step: 30, eval_loss: 1 },
        },
        record: {
          metric: "exact_match",
          points: [{ trainLoss: 2.5, gradNorm: 0.5 }, { evalLoss: null }, {}],
        },
      },
    ],
  },
  {
    name: "assigned to a name, below log_history",
    files: {
      "a.log": `{'log_history': [${rows.join(",\n ")}]}\n`,
      "b/b.txt": `log_history = [${rows.join(",\n")}]\n`,
    },
    primary: "a.log",
    runs: [{ facts: { nEvalPoints: 3 } }],
  },
]);
