// Kills a command at random moments and looks at the store after each: tsx bench/kills.ts [COUNT] [duckdb|postgres] [SEED] [CLI]
// COUNT kills of each of ingest, retrain and store copy. The command line has to be built. Exits 1 when anything stored was
// lost, anything half was seen, or the model in use cannot be opened.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { deserializeModel } from "@stopwise/meta-model/predict";
import { isPostgres, withRegistry, withStore } from "@stopwise/store";
import { hasPostgres, PostgresServer } from "../packages/store/src/testing/postgres-server.ts";

const [count, driver, seed] = [
  Number(process.argv[2] ?? 20),
  process.argv[3] ?? "duckdb",
  Number(process.argv[4] ?? 1),
];
const cli = process.argv[5] ?? fileURLToPath(new URL("../packages/stopwise/dist/cli.js", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "stopwise-kills-"));
const problems: string[] = [];

/** Numbers in [0, 1), the same for a seed (mulberry32). */
function chance(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = chance(seed);

function writeRuns(file: string, ids: readonly string[], nCheckpoints: number): void {
  const lines = ids.map((id, i) => {
    const points = Array.from({ length: nCheckpoints }, (_, k) => ({
      step: k + 1,
      quality: 1 - 1 / (k + 2 + (i % 5)),
    }));
    return JSON.stringify({
      id,
      metric: "exact_match",
      task: `t${i % 5}`,
      group: `t${i % 5}`,
      end: "completed",
      points,
    });
  });
  writeFileSync(join(place, file), `${lines.join("\n")}\n`);
}

function run(...args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: place, encoding: "utf8" });
  if (status !== 0) throw new Error(`stopwise ${args.join(" ")}: ${stderr}`);
  return performance.now() - start;
}

/** Starts a command and kills it after a share of the time that it takes; true when it was still at work. */
async function killed(args: readonly string[], milliseconds: number): Promise<boolean> {
  const child = spawn(process.execPath, [cli, ...args], { cwd: place, stdio: "ignore" });
  const ended = once(child, "exit");
  await Promise.race([sleep(milliseconds), ended]);
  child.kill("SIGKILL");
  const [, signal] = (await ended) as [number | null, string | null];
  return signal === "SIGKILL";
}

async function idsOf(store: string): Promise<Set<string>> {
  return withStore(store, { mode: "read" }, async (opened) => {
    const { problems: found } = await opened.check();
    problems.push(...found);
    return new Set((await opened.hashes()).keys());
  });
}

async function checkModel(store: string): Promise<number> {
  return withRegistry(store, { mode: "read" }, async (registry) => {
    const entry = await registry.current();
    if (entry !== undefined) deserializeModel(await registry.read(entry));
    return (await registry.history()).length;
  });
}

/** Runs of a batch are there all or none; those before are there. */
function compareIds(
  what: string,
  ids: ReadonlySet<string>,
  before: ReadonlySet<string>,
  batch: readonly string[],
): boolean {
  for (const id of before) if (!ids.has(id)) problems.push(`${what}: run ${id} is lost`);
  const nNew = batch.filter((id) => ids.has(id)).length;
  if (nNew !== 0 && nNew !== batch.length)
    problems.push(`${what}: ${nNew} of ${batch.length} runs are there`);
  return nNew > 0;
}

interface Tally {
  readonly verb: string;
  nKilled: number;
  nDone: number;
}

async function killIngest(store: string): Promise<Tally> {
  const tally = { verb: "ingest", nKilled: 0, nDone: 0 };
  let stored = new Set<string>();
  writeRuns("first.jsonl", ["first"], 20);
  run("ingest", "first.jsonl", "--store", store);
  stored.add("first");
  let batch: string[] = [];
  let takes = 2500;
  for (let k = 0; tally.nKilled < count; k++) {
    batch = Array.from({ length: 300 }, (_, i) => `b${k}-${i}`);
    writeRuns("batch.jsonl", batch, 60);
    if (k === 0) {
      takes = run("ingest", "batch.jsonl", "--store", store);
      stored = await idsOf(store);
      continue;
    }
    const wasKilled = await killed(
      ["ingest", "batch.jsonl", "--store", store],
      takes * (0.2 + 0.9 * random()),
    );
    tally.nKilled += wasKilled ? 1 : 0;
    const ids = await idsOf(store);
    if (compareIds(`ingest ${k}`, ids, stored, batch)) tally.nDone += 1;
    else if (!wasKilled) problems.push(`ingest ${k}: ended, and its runs are not there`);
    stored = ids;
  }
  return tally;
}

async function killRetrain(store: string): Promise<Tally> {
  const tally = { verb: "retrain", nKilled: 0, nDone: 0 };
  writeRuns(
    "train.jsonl",
    Array.from({ length: 15 }, (_, i) => `r${i}`),
    20,
  );
  run("ingest", "train.jsonl", "--store", store);
  let length = 0;
  const takes = run("retrain", "--own-only", "--store", store);
  for (let k = 0; tally.nKilled < count; k++) {
    const args = ["retrain", "--own-only", "--force", "--seed", String(k), "--store", store];
    const wasKilled = await killed(args, takes * (0.4 + 0.8 * random()));
    tally.nKilled += wasKilled ? 1 : 0;
    const now = await checkModel(store);
    if (now < length || now > length + 1 + (k === 0 ? 1 : 0))
      problems.push(`retrain ${k}: ${length} entries before, ${now} after`);
    if (now > length) tally.nDone += 1;
    length = now;
  }
  run("retrain", "--own-only", "--force", "--store", store);
  return tally;
}

async function killCopy(from: string, fresh: () => string): Promise<Tally> {
  const tally = { verb: "store copy", nKilled: 0, nDone: 0 };
  const all = [...(await idsOf(from))];
  const takes = run("store", "copy", from, fresh());
  for (let k = 0; tally.nKilled < count; k++) {
    const to = fresh();
    const wasKilled = await killed(["store", "copy", from, to], takes * (0.2 + 0.9 * random()));
    tally.nKilled += wasKilled ? 1 : 0;
    if (compareIds(`copy ${k}`, await idsOf(to), new Set(), all)) tally.nDone += 1;
    await checkModel(to);
    if (!isPostgres(to)) rmSync(to, { recursive: true, force: true });
  }
  return tally;
}

const server = driver === "postgres" && hasPostgres() ? await PostgresServer.start() : undefined;
let nFolders = 0;
const fresh = (): string => (driver === "postgres" ? server!.address() : join(place, `store-${nFolders++}`));
try {
  const [store, models] = [fresh(), fresh()];
  const tallies = [await killIngest(store), await killRetrain(models), await killCopy(store, fresh)];
  if (server !== undefined) {
    // The server itself: what was acknowledged before it was killed is there after.
    const before = await idsOf(store);
    for (let k = 0; k < Math.ceil(count / 10); k++) {
      const batch = Array.from({ length: 300 }, (_, i) => `s${k}-${i}`);
      writeRuns("batch.jsonl", batch, 60);
      const child = spawn(process.execPath, [cli, "ingest", "batch.jsonl", "--store", store], {
        cwd: place,
        stdio: "ignore",
      });
      const ended = once(child, "exit");
      await sleep(500 + 2000 * random());
      server.kill();
      const [status] = (await ended) as [number | null];
      server.startAgain();
      const isThere = compareIds(`server ${k}`, await idsOf(store), before, batch);
      if (status === 0 && !isThere) problems.push(`server ${k}: acknowledged runs are lost`);
      if (status !== 0 && status !== 2) problems.push(`server ${k}: exit ${status}`);
    }
    console.log(`${Math.ceil(count / 10)} kills of the server during ingest`);
  }
  for (const { verb, nKilled, nDone } of tallies) {
    console.log(
      `${driver}: ${verb}: ${nKilled} kills, after ${nDone} calls its work was there, else as before`,
    );
  }
  const left = readdirSync(place, { recursive: true, encoding: "utf8" }).filter((name) =>
    /models\/.*\.tmp$/.test(name),
  );
  if (driver === "duckdb" && left.length > 0)
    problems.push(`drafts left after the last retrain: ${left.join(", ")}`);
} finally {
  server?.remove();
  rmSync(place, { recursive: true, force: true });
}
for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? "nothing lost, nothing half" : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
