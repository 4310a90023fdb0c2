import { gzipSync } from "node:zlib";
import { describeReader, type ReaderFixture } from "../testing/reader-contract.ts";
import { runRecord } from "./run-record.ts";

const record = (id: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    id,
    task: "squad",
    model: "t5-base",
    metric: "exact_match",
    points: [
      { step: 10, tokens: 100, quality: 0.25, evalLoss: 2 },
      { step: 20, tokens: 200, quality: 0.5, evalLoss: 1 },
    ],
    ...more,
  });

const lines = (...records: string[]): string => records.join("\n") + "\n";
const many = Array.from({ length: 200 }, (_, index) => record(`run-${index}`));

const fixtures: ReaderFixture[] = [
  {
    name: "plain",
    files: {
      "runs.jsonl": lines(record("a"), record("b", { family: "own", kind: "loss", hyper: { lr: 1 } })),
    },
    earlier: { "runs.jsonl": lines(record("a"), record("b", { points: [] })) },
    primary: "runs.jsonl",
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 20,
          metrics: ["quality", "evalLoss"],
          firstEval: { step: 10, quality: 0.25, evalLoss: 2 },
          best: { quality: { min: 0.25, max: 0.5 } },
        },
        record: { id: "a", kind: "quality", family: "t5", params: 223e6, hyper: {} },
      },
      { record: { id: "b", kind: "loss", family: "own", hyper: { lr: 1 } } },
    ],
  },
  {
    name: "gzipped",
    files: { "runs.jsonl.gz": gzipSync(lines(record("a"))) },
    primary: "runs.jsonl.gz",
    runs: [{ record: { id: "a" } }],
  },
  {
    name: "a last line that is being written is left out",
    files: { "runs.jsonl": lines(record("a")) + record("b").slice(0, 60) },
    primary: "runs.jsonl",
    runs: [{ record: { id: "a" } }],
    warnings: [/last line is incomplete/],
  },
  {
    name: "a last line without line break that parses counts",
    files: { "runs.jsonl": record("a") },
    primary: "runs.jsonl",
    runs: [{ record: { id: "a" } }],
  },
  {
    name: "bare NaN is missing, steps that do not rise are sorted",
    files: {
      "runs.jsonl": lines(
        `{"id": "a", "metric": "em", "points": [{"step": 20, "quality": 0.5}, {"step": 10, "quality": NaN}, {"step": 20, "quality": 0.75}]}`,
      ),
    },
    primary: "runs.jsonl",
    runs: [
      {
        record: {
          points: [
            { step: 10, quality: null },
            { step: 20, quality: 0.75 },
          ],
        },
      },
    ],
    warnings: [/did not rise/],
  },
  {
    name: "one bad line in two hundred is skipped and named",
    files: { "runs.jsonl": lines(...many.slice(0, 100), "{broken", ...many.slice(100)) },
    primary: "runs.jsonl",
    runs: many.map((_, index) => ({ record: { id: `run-${index}` } })),
    warnings: [/1 unreadable lines skipped: line 101/],
  },
  {
    name: "more than one in a hundred refuses the file",
    files: {
      "runs.jsonl": lines(record("a"), record("b", { points: [{ step: 1, quality: 1.5 }] }), record("c")),
    },
    primary: "runs.jsonl",
    status: "failed",
    reason: /^runs\.jsonl:2: points\[0\]\.quality: must be in \[0, 1\]; 1 of 3 lines cannot be read\. Fix/,
    runs: [],
  },
  {
    name: "an empty file holds no run",
    files: { "runs.jsonl": lines(record("a", { points: [] })) },
    primary: "runs.jsonl",
    runs: [{ facts: { nEvalPoints: 0, lastStep: null, firstEval: null } }],
  },
];

describeReader(runRecord, fixtures);
