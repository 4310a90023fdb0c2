import { describeReader } from "../testing/reader-contract.ts";
import { llmcMainLog } from "./llmc-main-log.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";

describeReader(llmcMainLog, [
  {
    name: "held-out loss, HellaSwag and training lines",
    files: {
      "log/main.log": text(
        "s:0 tel:11.0119",
        "s:0 eval:0.2461",
        "s:0 trl:11.0102 lr:0.000001 norm:15.37",
        "s:100 trl:7.5012 lr:0.000060 norm:1.20",
        "s:250 tel:6.4512",
        "s:250 eval:0.2512",
        "s:250 trl:6.4812 lr:0.000150 norm:0.90",
        "s:500 tel:5.5512",
        "s:500 eval:0.2612",
      ),
    },
    primary: "log/main.log",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 500,
          metrics: ["tel", "eval"],
          firstEval: { step: 0, tel: 11.0119, eval: 0.2461 },
          lastEval: { step: 500, tel: 5.5512, eval: 0.2612 },
        },
        record: {
          kind: "quality",
          points: [{ step: 0 }, { step: 250, evalLoss: 6.4512, lr: 0.00015 }, { step: 500 }],
        },
      },
    ],
  },
]);
