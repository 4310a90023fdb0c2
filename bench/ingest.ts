// Reading logs against parsing the same bytes: tsx bench/ingest.ts [N_RUNS] [N_ROWS]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { readLogs } from "@stopwise/readers";

const nRuns = Number(process.argv[2] ?? 3_000);
const nRows = Number(process.argv[3] ?? 60_000);
const bar = 0.6;

function runRecords(): string {
  const lines = Array.from({ length: nRuns }, (_, run) => {
    const points = Array.from({ length: 40 }, (_, k) => ({
      step: 500 * (k + 1),
      tokens: 65_536 * 500 * (k + 1),
      epoch: (k + 1) / 10,
      quality: 1 - Math.exp(-(k + 1) / (20 + (run % 17))),
      evalLoss: 2 / (k + 1 + run),
      trainLoss: 1.9 / (k + 1 + run),
      gradNorm: null,
      lr: 5e-5 * (1 - k / 40),
    }));
    return JSON.stringify({
      id: `run-${run}`,
      task: `task-${run % 100}`,
      metric: "exact_match",
      hyper: { lr: 5e-5 },
      points,
    });
  });
  return lines.join("\n") + "\n";
}

const trainingRow = (step: number) => ({
  epoch: step / 1e4,
  grad_norm: 1 / (step + 3),
  learning_rate: 1e-4 / (step + 1),
  loss: 2 / (step + 1),
  step,
});

function trainerState(): string {
  const history = Array.from({ length: nRows }, (_, row) =>
    row % 20 === 19
      ? {
          epoch: row / 1e4,
          eval_exact_match: row / nRows,
          eval_loss: 1 / (row + 1),
          eval_runtime: 12.5,
          step: row,
        }
      : trainingRow(row + 1),
  );
  return JSON.stringify({ global_step: nRows, log_history: history, max_steps: nRows }, null, 2);
}

function csvTable(): string {
  const rows = Array.from({ length: nRows }, (_, row) => {
    const evaluation = row % 20 === 19 ? `${1 / (row + 1)},${row / nRows}` : ",";
    return `${row + 1},${2 / (row + 1)},${1e-4 / (row + 1)},${evaluation}`;
  });
  return ["step,train_loss,lr,val_loss,val_exact_match", ...rows].join("\n") + "\n";
}

function jsonLines(): string {
  const rows = Array.from({ length: nRows }, (_, row) =>
    row % 20 === 19
      ? { step: row, eval: { exact_match: row / nRows, loss: 1 / (row + 1) } }
      : trainingRow(row + 1),
  );
  return rows.map((row) => JSON.stringify(row)).join("\n") + "\n";
}

const parseLines = (text: string): unknown[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));

const cases: readonly { name: string; file: string; text: string; parse: (text: string) => unknown }[] = [
  { name: "run records", file: "runs.jsonl", text: runRecords(), parse: parseLines },
  { name: "trainer state", file: "trainer_state.json", text: trainerState(), parse: JSON.parse },
  { name: "JSON lines", file: "log.jsonl", text: jsonLines(), parse: parseLines },
  {
    name: "CSV",
    file: "log.csv",
    text: csvTable(),
    parse: (text) => parse(text, { columns: true }),
  },
];

const middle = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Processor time, the middle of seven: other work on the machine does not count. */
async function milliseconds(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  return middle(times);
}

const base = mkdtempSync(join(tmpdir(), "stopwise-bench-"));
try {
  console.log(
    `reading, validating and mapping against parsing alone; the bar is ${bar} of the parser's speed`,
  );
  for (const { name, file, text, parse: parseAlone } of cases) {
    const path = join(base, file);
    writeFileSync(path, text);
    const alone = await milliseconds(() => parseAlone(readFileSync(path, "utf8")));
    const reading = await milliseconds(() => readLogs([path]));
    const share = alone / reading;
    const size = (text.length / 1e6).toFixed(1);
    console.log(
      `${name.padEnd(14)} ${size} MB: parse ${alone.toFixed(0)} ms, read ${reading.toFixed(0)} ms, ${share.toFixed(2)} x ${share >= bar ? "held" : "missed"}`,
    );
  }
} finally {
  rmSync(base, { recursive: true, force: true });
}
