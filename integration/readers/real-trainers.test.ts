import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readLogs, recordsOf } from "@stopwise/readers";
import { installedVersions, isInstalled, python, write } from "./trainers.ts";

const versions = isInstalled ? installedVersions() : new Map<string, string>();
if (!isInstalled)
  console.log("the environment of the suite is absent: npm run integration:readers:setup makes it");
for (const [name, version] of versions) console.log(`${name} ${version}`);

const root = mkdtempSync(join(tmpdir(), "stopwise-trainers-"));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function folderFor(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

/** What `ingest` makes of a folder. */
async function ingested(folder: string) {
  const report = await readLogs(["."], { root: folder });
  return { report, records: recordsOf(report) };
}

const suite = (name: string) => describe.skipIf(!versions.has(name));

suite("transformers")("the Trainer's state, TensorBoard, W&B offline and console of one run", () => {
  test("are one record, with the plan and the settings", async () => {
    const folder = folderFor("transformers");
    writeFileSync(join(folder, "console.log"), write("write_transformers.py", folder));
    const { report, records } = await ingested(folder);
    const formats = new Set(
      report.files.filter(({ status }) => status === "read").map(({ format }) => format),
    );
    for (const format of ["hf-trainer-state", "tfevents", "wandb-dir", "text-log"])
      expect([...formats]).toContain(format);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ metric: "accuracy", plannedSteps: 60 });
    expect(records[0]!.points.map(({ step }) => step)).toEqual([10, 20, 30, 40, 50, 60]);
  });
});

suite("lightning")("Lightning's CSV logger", () => {
  test("gives an evaluation an epoch", async () => {
    const folder = folderFor("lightning");
    write("write_lightning.py", folder);
    const { records } = await ingested(folder);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ metric: "accuracy", hyper: { log: "lightning-metrics-csv" } });
    expect(records[0]!.points).toHaveLength(6);
  });
});

suite("keras")("Keras's CSVLogger and its History of one training", () => {
  test("are one record of six epochs", async () => {
    const folder = folderFor("keras");
    write("write_keras.py", folder);
    const { report, records } = await ingested(folder);
    expect(report.files.map(({ format }) => format).sort()).toEqual(["keras-csv", "keras-history"]);
    expect(records).toHaveLength(1);
    expect(records[0]!.points).toHaveLength(6);
  });
});

suite("xgboost")("XGBoost and LightGBM", () => {
  test("consoles and evals_result are read", async () => {
    const folder = folderFor("boosters");
    write("write_boosters.py", folder);
    const { report } = await ingested(folder);
    const read = report.files
      .filter(({ status }) => status === "read")
      .map(({ path, format }) => [path, format]);
    expect(read.sort()).toEqual([
      ["lightgbm-result/evals_result.json", "booster-results"],
      ["lightgbm/train.log", "booster-console"],
      ["xgboost-result/evals_result.json", "booster-results"],
      ["xgboost/train.log", "booster-console"],
    ]);
    const facts = report.files.flatMap(({ runs }) => runs.map((run) => run.facts.nEvalPoints));
    expect(facts.every((n) => n === 12)).toBe(true);
  });
});

suite("optuna")("Optuna's journal and database", () => {
  test.each(["journal", "sqlite"])("%s: one record a trial", async (storage) => {
    const folder = folderFor(`optuna-${storage}`);
    write("write_optuna.py", folder);
    const { records } = await ingested(join(folder, storage));
    expect(records).toHaveLength(3);
    for (const { points } of records)
      expect(points.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

suite("ray")("Ray Tune", () => {
  test("gives one record a trial, of one sweep", async () => {
    const folder = folderFor("ray");
    write("write_ray.py", folder);
    const { records } = await ingested(folder);
    expect(records.map(({ sweep, points }) => [sweep, points.length])).toEqual([
      ["sweep", 6],
      ["sweep", 6],
    ]);
  });
});

suite("sentence-transformers")("an evaluator of sentence-transformers", () => {
  test("writes steps of -1 at the end of each epoch", async () => {
    const folder = folderFor("evaluator");
    write("write_evaluator.py", folder);
    const { report } = await ingested(folder);
    const [facts] = report.files.flatMap(({ runs }) => runs.map((run) => run.facts));
    expect(facts).toMatchObject({ nEvalPoints: 6, firstEval: { epoch: 0 }, lastEval: { epoch: 5 } });
  });
});

suite("mlflow")("a running MLflow tracking server", () => {
  const port = 20_000 + (process.pid % 20_000);
  const address = `http://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;

  const answers = (): Promise<boolean> =>
    fetch(`${address}/health`).then(
      ({ ok }) => ok,
      () => false,
    );

  beforeAll(async () => {
    const store = `sqlite:///${join(folderFor("mlflow"), "store.db")}`;
    const args = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
    server = spawn(python, [...args, "--backend-store-uri", store], { stdio: "ignore", detached: true });
    for (let tries = 0; tries < 240 && !(await answers()); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 500));
  });

  afterAll(() => {
    if (server?.pid !== undefined) process.kill(-server.pid);
  });

  test("is read by its REST interface", async () => {
    write("write_mlflow.py", root, address);
    const records = recordsOf(await readLogs([`mlflow+${address}?experiment=squad`]));
    expect(records).toHaveLength(2);
    expect(records[0]).toMatchObject({ metric: "exact_match", plannedSteps: 60, sweep: "squad" });
    expect(records[0]!.points.map(({ step }) => step)).toEqual([10, 20, 30, 40, 50, 60]);
  });
});
