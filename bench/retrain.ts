// Retraining at scale, by the built command line: npm run build; tsx bench/retrain.ts [N_RUNS ...]
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunRecord } from "@stopwise/core";
import { randomFrom } from "@stopwise/core/random";

const entry = fileURLToPath(new URL("../packages/stopwise/dist/cli.js", import.meta.url));
const asked = process.argv.slice(2).map(Number);
const sizes = asked.length > 0 ? asked : [1000, 3000, 10_000];
const nCheckpoints = 100;
const nGroups = 300;
const nNew = 10;

/** Share of its ceiling that a run has reached at a share p of its plan: the shapes that recorded runs have. */
const shapes: readonly ((p: number, speed: number) => number)[] = [
  (p, speed) => 1 - Math.exp(-speed * p),
  (p, speed) => 1 - (1 + 3 * speed * p) ** -0.6,
  (p, speed) => 1 / (1 + Math.exp(-12 * (p - 4 / (4 + speed)))),
  (p, speed) => 0.4 * (1 - Math.exp(-3 * speed * p)) + 0.6 / (1 + Math.exp(-25 * (p - 6 / (6 + speed)))),
  (p, speed) => (1 - Math.exp(-speed * p)) * (1 - 0.25 * p),
];
const metrics = ["exact_match", "exact_match", "accuracy", "f1", "loss"];
const families = ["t5", "gpt2", "llama", "bert", "mamba"];

/** One run of a task; what its group fixes is drawn from the group's own seed. */
function simulatedRun(index: number): RunRecord {
  const number = index % nGroups;
  const ofGroup = randomFrom(7919 * (number + 1));
  const random = randomFrom(104_729 * (index + 1));
  const shape = shapes[Math.floor(ofGroup() * shapes.length)]!;
  const metric = metrics[Math.floor(ofGroup() * metrics.length)]!;
  const speed = 1 + 25 * ofGroup() ** 2;
  const top = 0.3 + 0.65 * ofGroup();
  const questions = [200, 500, 2000][Math.floor(ofGroup() * 3)]!;
  const family = families[Math.floor(ofGroup() * families.length)]!;
  const datasetSize = Math.round(10 ** (2.5 + 3 * ofGroup()));
  const ceiling = Math.min(0.99, top * (0.9 + 0.15 * random()));
  const own = speed * (0.6 + 0.8 * random());
  const steps = 20 * Math.ceil(5 * 10 ** random());
  const done = random() < 0.12 ? Math.ceil(nCheckpoints * (0.3 + 0.6 * random())) : nCheckpoints;
  const points = Array.from({ length: done }, (_, k) => {
    const p = (k + 1) / nCheckpoints;
    const level = ceiling * shape(p, own);
    const noise = Math.sqrt((level * (1 - level)) / questions) * (random() + random() + random() - 1.5) * 2;
    const quality = Math.min(1, Math.max(0, Math.round(questions * (level + noise)) / questions));
    const evalLoss = 2.6 - 2.2 * level + 0.15 * Math.max(0, p - 0.7) + 0.02 * random();
    const step = steps * (k + 1);
    const rest = {
      step,
      tokens: 4096 * step,
      trainLoss: 2.5 - 2.3 * level + 0.1 * random(),
      gradNorm: 0.5 + random(),
    };
    return metric === "loss" ? { ...rest, value: evalLoss } : { ...rest, quality, evalLoss };
  });
  return {
    id: `run-${String(index).padStart(6, "0")}`,
    group: `group-${number}`,
    task: `task-${number}`,
    model: `${family}-${Math.floor(random() * 3)}`,
    family,
    params: 10 ** (7 + Math.floor(2 * random())),
    datasetSize,
    answerLength: 1 + Math.floor(20 * ofGroup()),
    metric,
    kind: metric === "loss" ? "loss" : "quality",
    hyper: {
      lr: 10 ** (-5 + 2 * random()),
      batchSize: 32,
      seed: index,
      scheduler: random() < 0.5 ? "cosine" : "linear",
    },
    plannedSteps: steps * nCheckpoints,
    plannedTokens: 4096 * steps * nCheckpoints,
    end: done < nCheckpoints ? "crashed" : "completed",
    evalSize: questions,
    points,
  };
}

/** What one call of the command line cost. */
interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly answer: { status?: string; nNewRuns?: number };
}

const folder = mkdtempSync(join(tmpdir(), "stopwise-bench-"));
const hook = join(folder, "hook.cjs");
const used = join(folder, "used.json");

/** Calls the built command line; its own process says what it used when it ends. */
function call(...args: readonly string[]): Cost {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", hook, entry, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const wallSeconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(stderr || `exit status ${status}`);
  const usage = JSON.parse(readFileSync(used, "utf8")) as NodeJS.ResourceUsage;
  return {
    wallSeconds,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakMiB: usage.maxRSS / 1024,
    answer: JSON.parse(stdout) as Cost["answer"],
  };
}

function writeRuns(from: number, to: number): string {
  const file = join(folder, `runs-${from}-${to}.jsonl`);
  for (let start = from; start < to; start += 500) {
    const runs = Array.from({ length: Math.min(500, to - start) }, (_, i) => simulatedRun(start + i));
    writeFileSync(file, runs.map((run) => `${JSON.stringify(run)}\n`).join(""), { flag: "a" });
  }
  return file;
}

const shown = (what: string, nRuns: number, { answer, ...cost }: Cost) => ({
  what,
  runs: nRuns,
  "wall s": Number(cost.wallSeconds.toFixed(1)),
  "CPU s": Number(cost.cpuSeconds.toFixed(1)),
  "peak MiB": Math.round(cost.peakMiB),
  status: answer.status ?? "",
  "new runs": answer.nNewRuns ?? "",
});

/** From nothing, then ten runs more. */
function measure(nRuns: number) {
  const store = join(folder, `store-${nRuns}`);
  const flags = ["--json", "--store", store];
  const ingested = call("ingest", writeRuns(0, nRuns), ...flags);
  const first = call("retrain", ...flags);
  call("ingest", writeRuns(nRuns, nRuns + nNew), ...flags);
  const second = call("retrain", ...flags);
  rmSync(store, { recursive: true });
  return [
    shown("ingest", nRuns, ingested),
    shown("retrain from nothing", nRuns, first),
    shown(`${nNew} more, retrain`, nRuns + nNew, second),
  ];
}

if (!existsSync(entry)) throw new Error(`${entry} is missing: run npm run build first.`);
writeFileSync(
  hook,
  `const { isMainThread } = require("node:worker_threads");
if (isMainThread) process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(used)}, JSON.stringify(process.resourceUsage())));`,
);
try {
  console.log(`${nCheckpoints} checkpoints a run, ${nGroups} groups, beside the shipped sweep`);
  console.table(sizes.flatMap((nRuns) => measure(nRuns)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
