import { Worker } from "node:worker_threads";
import { curveOf, type Curve } from "@stopwise/core";
import { defaultPortfolio, outcomeMatrix } from "@stopwise/policies";
import { outcomeMatrixInWorkers } from "@stopwise/policies/threads";
import { randomFrom } from "@stopwise/core/random";

/** A saturating curve of exact match with evaluation noise. */
function randomCurve(random: () => number, nCheckpoints: number, id: number): Curve {
  const top = 0.3 + 0.6 * random();
  const rate = 0.02 + 0.3 * random();
  const points = Array.from({ length: nCheckpoints }, (_, i) => {
    const quality = Math.min(1, Math.max(0, top * (1 - Math.exp(-rate * i)) + 0.02 * (random() - 0.5)));
    return { step: 100 * (i + 1), tokens: 4096 * (i + 1), quality, evalLoss: 2.5 - 2 * quality };
  });
  return curveOf({ id: String(id), metric: "exact_match", kind: "quality", hyper: {}, points });
}

const margins = [0, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02];

/** nCriteria staleness criteria (dead band and ratchet over ten margins, or token share) x nThresholds. */
function policiesOf(nCriteria: number, nThresholds: number) {
  return Array.from({ length: nCriteria }, (_, c) => ({
    minDelta: margins[c % margins.length]! * (1 + Math.floor(c / 20)),
    minDeltaMode: c % 20 < 10 ? ("deadBand" as const) : ("ratchet" as const),
  })).flatMap((params) =>
    Array.from({ length: nThresholds }, (_, j) => ({
      version: 1 as const,
      criterion: "staleness",
      params,
      threshold: j + 1,
    })),
  );
}

type Policies = ReturnType<typeof policiesOf>;

/** One policy on one curve as one would write it by hand: a counter, a best, a break. */
function plainStop(curve: Curve, { params, threshold }: Policies[number]): number {
  const { quality, nCheckpoints } = curve;
  const { minDelta, minDeltaMode } = params;
  const deadBand = minDeltaMode === "deadBand";
  let best = Number.NEGATIVE_INFINITY;
  let stale = 0;
  for (let i = 0; i < nCheckpoints; i++) {
    const value = quality[i]!;
    const good = deadBand ? value - minDelta > best : value > best && value - best > minDelta;
    if (good || (!deadBand && value > best)) best = value;
    stale = good ? 0 : stale + 1;
    if (stale >= threshold) return i;
  }
  return nCheckpoints - 1;
}

type Written = { saving: Float32Array; emLoss: Float32Array };

/** The plain loop over runs and policies, saving and loss written for each. */
function plainLoop(curves: readonly Curve[], policies: Policies, { saving, emLoss }: Written): void {
  curves.forEach((curve, run) => {
    const { quality, cost, nCheckpoints } = curve;
    let top = 0;
    for (const value of quality) if (value > top) top = value;
    policies.forEach((policy, column) => {
      const stop = plainStop(curve, policy);
      let delivered = 0;
      for (let i = 0; i <= stop; i++) if (quality[i]! > delivered) delivered = quality[i]!;
      saving[run * policies.length + column] = 1 - cost[stop]! / cost[nCheckpoints - 1]!;
      emLoss[run * policies.length + column] = top - delivered;
    });
  });
}

/** CPU seconds of the fastest of several calls: on a busy machine wall time measures the others. */
function seconds(work: () => unknown, repeats: number): number {
  const times = Array.from({ length: repeats }, () => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  });
  return Math.min(...times);
}

type Size = { nRuns: number; nCheckpoints: number; nCriteria: number; nThresholds: number };

function measure({ nRuns, nCheckpoints, nCriteria, nThresholds }: Size) {
  const random = randomFrom(7);
  const curves = Array.from({ length: nRuns }, (_, i) => randomCurve(random, nCheckpoints, i));
  const policies = policiesOf(nCriteria, nThresholds);
  const nOutcomes = nRuns * policies.length;
  const into = outcomeMatrix(curves, policies);
  const fast = seconds(() => outcomeMatrix(curves, policies, { into }), 9);
  const sample = curves.slice(0, Math.max(1, Math.ceil(nRuns / 8)));
  const size = sample.length * policies.length;
  const check = { saving: new Float32Array(size), emLoss: new Float32Array(size) };
  const plain = seconds(() => plainLoop(sample, policies, check), 9) * (nRuns / sample.length);
  const matrix = outcomeMatrix(sample, policies);
  const worst = matrix.emLoss.reduce((top, value, i) => Math.max(top, Math.abs(value - check.emLoss[i]!)), 0);
  if (worst > 1e-6) throw new Error(`the plain loop and the engine differ by ${worst}`);
  return {
    runs: nRuns,
    checkpoints: nCheckpoints,
    criteria: nCriteria,
    thresholds: nThresholds,
    "outcomes/s (millions)": Number((nOutcomes / fast / 1e6).toFixed(1)),
    "plain loop (millions)": Number((nOutcomes / plain / 1e6).toFixed(2)),
    "times faster": Number((plain / fast).toFixed(1)),
  };
}

/** Fills a set of runs chunk by chunk, so that it never lies in memory as a whole; gives wall seconds and peak memory. */
function millionRuns(nRuns: number, threads: number) {
  const chunk = 20_000;
  const random = randomFrom(11);
  const curves = Array.from({ length: chunk }, (_, i) => randomCurve(random, 50, i));
  const policies = policiesOf(10, 20);
  const saving = new Float64Array(policies.length);
  let seconds = 0;
  for (let done = 0; done < nRuns; done += chunk) {
    const start = performance.now();
    const matrix = outcomeMatrixInWorkers(curves, policies, { threads });
    seconds += (performance.now() - start) / 1000;
    matrix.saving.forEach((value, at) => (saving[at % policies.length]! += value / nRuns));
  }
  return {
    runs: nRuns,
    policies: policies.length,
    threads,
    "wall seconds": Number(seconds.toFixed(1)),
    "outcomes/s (millions)": Number(((nRuns * policies.length) / seconds / 1e6).toFixed(1)),
    "peak memory (MiB)": Math.round(process.resourceUsage().maxRSS / 1024),
    "mean saving, first and last policy": `${saving[0]!.toFixed(3)} ${saving.at(-1)!.toFixed(3)}`,
  };
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Wall and processor seconds of one call. */
function used(work: () => unknown): { wall: number; cpu: number } {
  const [start, before] = [performance.now(), cpuSeconds()];
  work();
  return { wall: (performance.now() - start) / 1000, cpu: cpuSeconds() - before };
}

/** One thread and two in turns, each at its best of three; processor seconds tell what threads cost on a busy machine. */
function threadsOn(nRuns: number, nCheckpoints: number, policies: readonly unknown[], portfolio: string) {
  const random = randomFrom(13);
  const curves = Array.from({ length: nRuns }, (_, i) => randomCurve(random, nCheckpoints, i));
  const best = [1, 2].map(() => ({ wall: Infinity, cpu: Infinity }));
  for (let round = 0; round < 3; round++) {
    best.forEach((least, k) => {
      const { wall, cpu } = used(() => outcomeMatrixInWorkers(curves, policies, { threads: k + 1 }));
      least.wall = Math.min(least.wall, wall);
      least.cpu = Math.min(least.cpu, cpu);
    });
  }
  const nCriteria = new Set(policies.map((it) => JSON.stringify({ ...(it as object), threshold: 0 }))).size;
  const [one, two] = best as [{ wall: number; cpu: number }, { wall: number; cpu: number }];
  return {
    portfolio,
    runs: nRuns,
    "statistics (millions)": (nRuns * nCheckpoints * nCriteria) / 1e6,
    "one: wall s": Number(one.wall.toFixed(2)),
    "CPU s": Number(one.cpu.toFixed(2)),
    "two: wall s": Number(two.wall.toFixed(2)),
    "two: CPU s": Number(two.cpu.toFixed(2)),
  };
}

/** Processors that two threads get which share nothing and only count: the most that any two threads can gain now. */
async function processorsForTwo(): Promise<number> {
  const count = "let x = 0; for (let i = 0; i < 4e8; i++) x = (x * 31 + i) | 0;";
  const [start, before] = [performance.now(), cpuSeconds()];
  await Promise.all(
    [1, 2].map(() => new Promise((resolve) => new Worker(count, { eval: true }).on("exit", resolve))),
  );
  return (cpuSeconds() - before) / ((performance.now() - start) / 1000);
}

const bar: Size = { nRuns: 10_000, nCheckpoints: 50, nCriteria: 20, nThresholds: 50 };
console.log("The bar: 20 staleness criteria x 50 thresholds on 50 checkpoints (per second of CPU time)");
console.table([measure(bar)]);
if (process.argv.includes("--growth")) {
  const small: Size = { ...bar, nRuns: 2000 };
  console.log("How the cost grows: checkpoints, thresholds, criteria, runs");
  console.table([
    ...[10, 100, 400].map((nCheckpoints) => measure({ ...small, nCheckpoints })),
    ...[5, 20, 200].map((nThresholds) => measure({ ...small, nThresholds })),
    ...[1, 5, 40].map((nCriteria) => measure({ ...small, nCriteria })),
    ...[200, 1000, 5000].map((nRuns) => measure({ ...small, nRuns })),
  ]);
}
if (process.argv.includes("--threads")) {
  const processors = (await processorsForTwo()).toFixed(2);
  console.log(
    `One thread and two, by the size of the set; this machine gives two threads ${processors} processors now`,
  );
  console.table([
    ...[250, 1000, 4000].map((n) => threadsOn(n, 100, defaultPortfolio(), "default")),
    ...[1000, 4000, 10_000, 40_000].map((n) => threadsOn(n, 50, policiesOf(20, 50), "cheap staleness")),
  ]);
}
if (process.argv.includes("--million")) {
  console.log("A million runs, 20,000 at a time");
  const rows = [];
  for (const threads of [1, 2]) rows.push(millionRuns(1_000_000, threads));
  console.table(rows);
}
