// Checkpoints a second that the store writes and reads: tsx bench/store.ts [N_RUNS] [N_CHECKPOINTS]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunRecord } from "@stopwise/core";
import { databaseFile, withStore } from "@stopwise/store";

const nRuns = Number(process.argv[2] ?? 10_000);
const nCheckpoints = Number(process.argv[3] ?? 100);
const bar = 500_000;

function recordedRun(i: number): RunRecord {
  const points = Array.from({ length: nCheckpoints }, (_, k) => ({
    step: 500 * (k + 1),
    tokens: 65_536 * 500 * (k + 1),
    epoch: (k + 1) / 10,
    quality: 1 - Math.exp(-(k + 1) / (20 + (i % 17))),
    evalLoss: 2 / (k + 1 + i),
    trainLoss: 1.9 / (k + 1 + i),
    gradNorm: null,
    lr: 5e-5 * (1 - k / nCheckpoints),
  }));
  return {
    id: `run-${i}`,
    group: `task-${i % 100}`,
    metric: "exact_match",
    kind: "quality",
    hyper: {},
    points,
  };
}

async function perSecond(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (nRuns * nCheckpoints) / ((performance.now() - start) / 1000);
}

/** The middle of three, each into a fresh folder; opening the database library once is not counted. */
const middle = (rates: number[]): number => rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)]!;

const runs = Array.from({ length: nRuns }, (_, i) => recordedRun(i));
const base = mkdtempSync(join(tmpdir(), "stopwise-bench-"));
const folder = join(base, "2");
try {
  await withStore(join(base, "warm-up"), {}, (store) => store.upsertRuns(runs.slice(0, 10)));
  const rates: number[] = [];
  const before = process.cpuUsage();
  for (const name of ["0", "1", "2"]) {
    const fresh = join(base, name);
    rates.push(await perSecond(() => withStore(fresh, {}, (store) => store.upsertRuns(runs))));
  }
  const written = middle(rates);
  const cpu = process.cpuUsage(before);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6 / rates.length;
  const again = await perSecond(() => withStore(folder, {}, (store) => store.upsertRuns(runs)));
  const read = await perSecond(() => withStore(folder, { mode: "read" }, (store) => store.readRuns()));
  const megabytes = statSync(databaseFile(folder)).size / 1e6;
  const rate = (value: number): string => `${(value / 1e6).toFixed(2)} million checkpoints/s`;
  console.log(`store, ${nRuns} runs x ${nCheckpoints} checkpoints, ${megabytes.toFixed(0)} MB on disk`);
  console.log(`write       ${rate(written)} (bar ${rate(bar)}: ${written >= bar ? "met" : "missed"})`);
  console.log(
    `            ${cpuSeconds.toFixed(2)} s of processor time for ${nRuns * nCheckpoints} checkpoints`,
  );
  console.log(`write again ${rate(again)} (nothing changed)`);
  console.log(`read        ${rate(read)}`);
} finally {
  rmSync(base, { recursive: true });
}
