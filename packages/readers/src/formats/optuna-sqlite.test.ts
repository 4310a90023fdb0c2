import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { openSqlite } from "../files/sqlite-file.ts";
import { describeReader, readFiles, writeFiles } from "../testing/reader-contract.ts";
import { optunaSqlite } from "./optuna-sqlite.ts";

/** Python's sqlite3 writes the databases: a writer of our own would prove nothing about the format. */
const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA page_size = 1024")
db.executescript('''
CREATE TABLE studies (study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id));
CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, direction VARCHAR(8), study_id INTEGER, objective INTEGER, PRIMARY KEY (study_direction_id));
CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL, PRIMARY KEY (trial_id), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT, PRIMARY KEY (param_id));
CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT, intermediate_value_type VARCHAR(7), PRIMARY KEY (trial_intermediate_value_id));
INSERT INTO studies VALUES (1, 'sweep');
INSERT INTO study_directions VALUES (1, 'MAXIMIZE', 1, 0);
''')
for trial, state in ((1, 'COMPLETE'), (2, 'PRUNED'), (3, 'COMPLETE')):
    db.execute("INSERT INTO trials VALUES (?, ?, 1, ?)", (trial, trial - 1, state))
    db.execute("INSERT INTO trial_params VALUES (NULL, ?, 'lr', 0.001, ?)", (trial, '{"name": "FloatDistribution", "attributes": {}}' + ' ' * 3000))
    db.execute("INSERT INTO trial_params VALUES (NULL, ?, 'optimizer', 1.0, ?)", (trial, '{"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam"]}}'))
for step in range(1, 201):
    db.execute("INSERT INTO trial_intermediate_values VALUES (NULL, 1, ?, ?, 'FINITE')", (step, step / 256))
for step, value, kind in ((1, 0.25, 'FINITE'), (2, None, 'NAN'), (3, 0.5, 'FINITE')):
    db.execute("INSERT INTO trial_intermediate_values VALUES (NULL, 2, ?, ?, ?)", (step, value, kind))
db.commit()
`;

const root = writeFiles({ "make.py": script });
const database = join(root, "study.db");
const hasPython = ((): boolean => {
  try {
    execFileSync("python3", [join(root, "make.py"), database]);
    return true;
  } catch {
    console.log("python3 is absent: the SQLite databases for the tests cannot be made, they are skipped");
    return false;
  }
})();

if (hasPython) {
  describeReader(optunaSqlite, [
    {
      name: "a run per trial with intermediate values",
      files: { "sweeps/study.db": readFileSync(database) },
      primary: "sweeps/study.db",
      runs: [
        {
          facts: {
            nEvalPoints: 200,
            lastStep: 200,
            metrics: ["objective"],
            best: { objective: { min: 1 / 256, max: 200 / 256 } },
          },
          record: {
            end: "completed",
            sweep: "sweep",
            group: "sweep",
            hyper: { lr: 0.001, optimizer: "adam" },
          },
        },
        {
          facts: { nEvalPoints: 2, firstEval: { step: 1, objective: 0.25 } },
          record: { end: "early-stopped", points: [{ quality: 0.25 }, { quality: null }, { quality: 0.5 }] },
        },
      ],
    },
  ]);
}

/** Two studies of opposite directions: values that are not finite stand as 0 beside their type, as Optuna stores them. */
const directions = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript('''
CREATE TABLE studies (study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id));
CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, direction VARCHAR(8), study_id INTEGER, objective INTEGER, PRIMARY KEY (study_direction_id));
CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL, PRIMARY KEY (trial_id));
CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT, PRIMARY KEY (param_id));
CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT, intermediate_value_type VARCHAR(7), PRIMARY KEY (trial_intermediate_value_id));
INSERT INTO studies VALUES (1, 'scores'), (2, 'losses');
INSERT INTO study_directions VALUES (1, 'MAXIMIZE', 1, 0), (2, 'MINIMIZE', 2, 0);
INSERT INTO trials VALUES (1, 0, 1, 'COMPLETE'), (2, 0, 2, 'COMPLETE');
''')
for trial in (1, 2):
    for step, value, kind in ((1, 0.5, 'FINITE'), (2, 0.0, 'INF_POS'), (3, 0.0, 'INF_NEG'), (4, 0.0, 'NAN'), (5, 0.25, 'FINITE')):
        db.execute("INSERT INTO trial_intermediate_values VALUES (NULL, ?, ?, ?, ?)", (trial, step, value, kind))
db.commit()
`;

test.skipIf(!hasPython)(
  "the direction makes a score or a loss, values that are not finite are none",
  async () => {
    const folder = writeFiles({ "make.py": directions });
    const path = join(folder, "both.db");
    execFileSync("python3", [join(folder, "make.py"), path]);
    const [entry] = await readFiles({ "both.db": readFileSync(path) });
    const [scores, losses] = entry?.runs ?? [];
    const told = (record: typeof scores) =>
      record?.record?.points.map((point) => point.quality ?? point.value ?? null);
    expect(scores?.record).toMatchObject({ kind: "quality", higherIsBetter: true, sweep: "scores" });
    expect(losses?.record).toMatchObject({ kind: "loss", higherIsBetter: false, sweep: "losses" });
    expect(told(scores)).toEqual([0.5, null, null, null, 0.25]);
    expect(told(losses)).toEqual([0.5, null, null, null, 0.25]);
    expect(scores?.facts).toMatchObject({ nEvalPoints: 2, best: { objective: { min: 0.25, max: 0.5 } } });
  },
);

const reference = resolve(import.meta.dirname, "../../../../../shared/logs/Jaejun02__ToxicComment/optuna.db");
test.skipIf(!existsSync(reference))("the reference study: 79 trials, final values alone", async () => {
  const [entry] = await readFiles({ "optuna.db": readFileSync(reference) });
  expect(entry).toMatchObject({
    format: "optuna-sqlite",
    status: "skipped",
    runs: [],
    reason: expect.stringMatching(/^79 trials with one final value/) as string,
  });
  const file = {
    path: "optuna.db",
    absolute: reference,
    name: "optuna.db",
    sizeBytes: 1,
    head: new Uint8Array(),
    headText: "",
  };
  const opened = await openSqlite(file);
  const values = opened.rows("trial_values").map((row) => Number(row["value"]));
  expect([Math.min(...values), Math.max(...values)]).toEqual([0.6906738018156685, 0.764685380658339]);
});

test("a file of that name that is no database is no log", async () => {
  expect(await readFiles({ "x.db": "no database" })).toEqual([]);
});
