import { describeReader } from "../testing/reader-contract.ts";
import { spacyTable } from "./spacy-table.ts";

const text = (...lines: string[]): string => lines.join("\n") + "\n";
const heading = [
  "E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  ENTS_P  ENTS_R  SCORE ",
  "---  ------  ------------  --------  ------  ------  ------  ------",
];
const row = (epoch: number, step: number, score: number): string =>
  `  ${epoch}  ${String(step).padStart(6)}  ${"1234567.89".padStart(12)}  ${"46.00".padStart(8)}  ${(score * 100 + 0.001).toFixed(2).padStart(6)}  ${"70.00".padStart(6)}  ${"60.00".padStart(6)}    ${score.toFixed(2)}`;

describeReader(spacyTable, [
  {
    name: "spaCy 3",
    files: {
      "train.log": text(
        "ℹ Pipeline: ['tok2vec', 'ner']",
        "ℹ Initial learn rate: 0.001",
        ...heading,
        row(0, 0, 0),
        row(0, 200, 0.45),
        row(1, 400, 0.61),
        "✔ Saved pipeline to output directory",
      ),
    },
    primary: "train.log",
    runs: [
      {
        facts: {
          nEvalPoints: 3,
          lastStep: 400,
          metrics: ["ENTS_F", "ENTS_P", "ENTS_R", "SCORE"],
          firstEval: { step: 0, epoch: 0, SCORE: 0 },
          lastEval: { step: 400, epoch: 1, ENTS_F: 61, SCORE: 0.61 },
        },
        record: {
          metric: "score",
          points: [{ step: 0 }, { step: 200, quality: 0.45 }, { step: 400, quality: 0.61 }],
        },
      },
    ],
  },
  {
    name: "two trainings in one console",
    files: {
      "both.txt": text(
        ...heading,
        row(0, 0, 0.1),
        row(0, 200, 0.2),
        ...heading,
        row(0, 0, 0.3),
        row(0, 200, 0.4),
      ),
    },
    primary: "both.txt",
    runs: [{ facts: { lastEval: { SCORE: 0.2 } } }, { facts: { lastEval: { SCORE: 0.4 } } }],
  },
  {
    name: "spaCy 2",
    files: {
      "v2.log": text(
        "Itn  Tag Loss    Tag %    Token %  CPU WPS  GPU WPS",
        "---  ---------  --------  -------  -------  -------",
        "  1   9000.123    80.12   99.90    9000        0",
        "  2   8000.123    82.12   99.90    9000        0",
      ),
    },
    primary: "v2.log",
    runs: [{ facts: { nEvalPoints: 2, lastEval: { epoch: 2, "Tag %": 82.12 } } }],
  },
]);
