import { describeReader } from "../testing/reader-contract.ts";
import { optunaJournal } from "./optuna-journal.ts";

const lines = [
  '{"op_code": 0, "worker_id": "a", "study_name": "sweep", "directions": [1]}',
  '{"op_code": 4, "worker_id": "a", "study_id": 0, "datetime_start": "x"}',
  '{"op_code": 5, "worker_id": "a", "trial_id": 0, "param_name": "opt", "param_value_internal": 1, "distribution": "{\\"name\\": \\"C\\", \\"attributes\\": {\\"choices\\": [\\"sgd\\", \\"adam\\"]}}"}',
  '{"op_code": 7, "worker_id": "a", "trial_id": 0, "step": 1, "intermediate_value": 2.5}',
  '{"op_code": 7, "worker_id": "a", "trial_id": 0, "step": 1, "intermediate_value": 9}',
  '{"op_code": 4, "worker_id": "a", "study_id": 0}',
  '{"op_code": 7, "worker_id": "a", "trial_id": 0, "step": 2, "intermediate_value": NaN}',
  '{"op_code": 7, "worker_id": "a", "trial_id": 0, "step": 3, "intermediate_value": 1.5}',
  '{"op_code": 6, "worker_id": "a", "trial_id": 0, "state": 2, "values": null}',
];

describeReader(optunaJournal, [
  {
    name: "a pruned trial of a minimised study",
    files: { "sweeps/journal.log": lines.join("\n") + "\n" },
    earlier: {
      "sweeps/journal.log": lines.filter((line) => !line.includes('"op_code": 6')).join("\n") + "\n",
    },
    primary: "sweeps/journal.log",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 3,
          metrics: ["objective"],
          firstEval: { step: 1, objective: 2.5 },
        },
        record: {
          kind: "loss",
          end: "early-stopped",
          sweep: "sweep",
          hyper: { opt: "adam" },
          points: [{ value: 2.5 }, { value: null }, { value: 1.5 }],
        },
      },
    ],
  },
]);
