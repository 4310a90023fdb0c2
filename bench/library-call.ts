// Time of the library call `recommend` of the built package, warm, tasks and questions in rotation:
// tsx bench/library-call.ts [BATCHES] [CALLS]. Needs the built package (npm run build).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { recommend as Recommend, Request } from "stopwise";

const nBatches = Number(process.argv[2] ?? 10);
const nCalls = Number(process.argv[3] ?? 5000);
const bar = 1;
const built = new URL("../packages/stopwise/dist/index.js", import.meta.url).href;
const { recommend } = (await import(built)) as { recommend: typeof Recommend };

const families = ["t5", "gpt", "llama", "bert", "qwen", "hyena", undefined];
const metrics = ["exact_match", "f1", "accuracy", undefined];
const questions: readonly Request[] = [
  {},
  { maxEmLoss: 0.01, confidence: 0.8 },
  { maxEmLoss: 0.02, confidence: 0.95 },
  { maxEmLoss: 0.005 },
  { maxEmLoss: 0.007 },
  { maxEmLoss: 0.01, target: "huggingface" },
  { maxEmLoss: 0.0025, bound: "mean" },
  { maxEmLoss: 0.01, bound: "mean", delivery: "last" },
  { maxEmLoss: 0.02, bound: "high-probability" },
];

/** The k-th request: sizes, family, metric, plan and question turn at different paces, so that few are alike. */
function requestAt(k: number): Request {
  const family = families[k % families.length];
  const metric = metrics[k % metrics.length];
  return {
    datasetSize: Math.round(500 * 1.37 ** (k % 23)),
    ...(k % 5 === 0 ? {} : { answerLength: 1 + (k % 37) }),
    ...(family === undefined ? {} : { family }),
    ...(metric === undefined ? {} : { metric }),
    ...(k % 3 === 0
      ? {}
      : { maxSteps: 500 * (1 + (k % 31)), evals: 5 + (k % 41), batchSize: 8 * (1 + (k % 4)) }),
    ...questions[k % questions.length],
  };
}

const requests = Array.from({ length: nCalls }, (_, k) => requestAt(k));
const switches = (): number => process.resourceUsage().involuntaryContextSwitches;

interface Batch {
  /** Milliseconds of every call. */
  readonly all: number[];
  /** Of the calls during which no other program was given this one's core. */
  readonly undisturbed: number[];
}

async function batch(): Promise<Batch> {
  const all: number[] = [];
  const undisturbed: number[] = [];
  for (const request of requests) {
    const before = switches();
    const start = performance.now();
    await recommend(request);
    const milliseconds = performance.now() - start;
    all.push(milliseconds);
    if (switches() === before) undisturbed.push(milliseconds);
  }
  return { all, undisturbed };
}

const shares = { p50: 0.5, p99: 0.99, max: 1 };

function quantiles(milliseconds: readonly number[]): Record<keyof typeof shares, number> {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { p50: at(shares.p50), p99: at(shares.p99), max: at(shares.max) };
}

const inWords = (milliseconds: readonly number[]): string =>
  Object.entries(quantiles(milliseconds))
    .map(([name, value]) => `${name} ${value.toFixed(3).padStart(7)}`)
    .join("  ");

const folder = mkdtempSync(join(tmpdir(), "stopwise-bench-"));
process.chdir(folder);
try {
  const first = performance.now();
  await recommend(requests[0]!);
  console.log(`first call, which reads the model: ${(performance.now() - first).toFixed(1)} ms`);
  await batch();
  console.log(
    `warm, ${nBatches} batches of ${nCalls} calls, milliseconds: all | undisturbed by other programs`,
  );
  const batches: Batch[] = [];
  for (let k = 0; k < nBatches; k++) {
    const measured = await batch();
    batches.push(measured);
    const quiet = `${inWords(measured.undisturbed)}  (${measured.undisturbed.length} calls)`;
    console.log(`${inWords(measured.all)} | ${quiet}`);
  }
  for (const which of ["all", "undisturbed"] as const) {
    const worst = Math.max(...batches.map((measured) => quantiles(measured[which]).p99));
    const verdict = worst < bar ? "met" : "missed";
    console.log(`largest p99, ${which} calls: ${worst.toFixed(3)} ms (bar ${bar}: ${verdict})`);
  }
} finally {
  process.chdir(tmpdir());
  rmSync(folder, { recursive: true });
}
