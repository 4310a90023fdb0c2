// Time of the library call `recommend` of the built package, warm, tasks and questions in rotation:
// tsx bench/library-call.ts [BATCHES] [CALLS]. Needs the built package (npm run build).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Advice, recommend as Recommend, Request } from "stopwise";

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

const at = (sorted: Float64Array, share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;
const requests = Array.from({ length: nCalls }, (_, k) => requestAt(k));

/** Milliseconds of each call, ascending. */
async function batch(): Promise<Float64Array> {
  const milliseconds = new Float64Array(requests.length);
  let last: Advice | undefined;
  for (let k = 0; k < requests.length; k++) {
    const start = performance.now();
    last = await recommend(requests[k]!);
    milliseconds[k] = performance.now() - start;
  }
  if (last === undefined) throw new Error("give at least one call a batch");
  return milliseconds.sort();
}

const folder = mkdtempSync(join(tmpdir(), "stopwise-bench-"));
process.chdir(folder);
try {
  const first = performance.now();
  await recommend(requests[0]!);
  console.log(`first call, which reads the model: ${(performance.now() - first).toFixed(1)} ms`);
  await batch();
  console.log(`warm: ${nBatches} batches of ${nCalls} calls, milliseconds`);
  let worst = 0;
  for (let k = 0; k < nBatches; k++) {
    const sorted = await batch();
    const [p50, p99, max] = [at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1)];
    worst = Math.max(worst, p99);
    console.log(`p50 ${p50.toFixed(3)}  p99 ${p99.toFixed(3)}  max ${max.toFixed(3)}`);
  }
  console.log(`largest p99 ${worst.toFixed(3)} ms (bar ${bar}: ${worst < bar ? "met" : "missed"})`);
} finally {
  process.chdir(tmpdir());
  rmSync(folder, { recursive: true });
}
