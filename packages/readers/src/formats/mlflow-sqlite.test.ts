import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeReader, writeFiles } from "../testing/reader-contract.ts";
import { mlflowSqlite } from "./mlflow-sqlite.ts";

/** Tables and values as MLflow 3.17.2 writes them; Python's own module writes the database. */
const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript('''
CREATE TABLE "experiments" (experiment_id INTEGER NOT NULL, name VARCHAR(256) NOT NULL, CONSTRAINT experiment_pk PRIMARY KEY (experiment_id));
CREATE TABLE "runs" (run_uuid VARCHAR(32) NOT NULL, name VARCHAR(250), status VARCHAR(9), lifecycle_stage VARCHAR(20), experiment_id INTEGER, CONSTRAINT run_pk PRIMARY KEY (run_uuid), CHECK (status IN ('FAILED', 'FINISHED')));
CREATE TABLE "metrics" ("key" VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, is_nan BOOLEAN DEFAULT '0' NOT NULL, CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan));
CREATE TABLE "latest_metrics" ("key" VARCHAR(250) NOT NULL, value FLOAT NOT NULL);
CREATE TABLE "params" ("key" VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL, run_uuid VARCHAR(32) NOT NULL);
INSERT INTO experiments VALUES (1, 'qa');
INSERT INTO runs VALUES ('aa', 'first', 'FAILED', 'active', 1), ('bb', 'gone', 'FINISHED', 'deleted', 1), ('cc', 'train only', 'FINISHED', 'active', 1);
INSERT INTO params VALUES ('learning_rate', '0.1', 'aa');
''')
add = lambda *row: db.execute("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", row)
for step in range(4):
    add('train_loss', 1 / (step + 1), 1000 + step, 'aa', step * 10, 0)
    add('val/acc', step / 8, 1000 + step, 'aa', step * 10, 0)
    add('val_loss', 0 if step == 1 else 1.7976931348623157e308 if step == 2 else 0.5, 1000 + step, 'aa', step * 10, step == 1)
    add('val_loss', 0.25, 1000 + step, 'bb', step, 0)
    add('train_loss', 0.25, 1000 + step, 'cc', step, 0)
add('val/acc', 0.75, 2000, 'aa', 30, 0)
db.commit()
`;

const root = writeFiles({ "make.py": script });
const database = join(root, "mlflow.db");
const hasPython = ((): boolean => {
  try {
    execFileSync("python3", [join(root, "make.py"), database]);
    return true;
  } catch {
    console.log("python3 is absent: MLflow's database for the tests cannot be made, it is not tested");
    return false;
  }
})();

if (hasPython) {
  describeReader(mlflowSqlite, [
    {
      name: "a run per run id that is not deleted and was evaluated; the later write of a step wins",
      files: { "store/mlflow.db": readFileSync(database) },
      primary: "store/mlflow.db",
      runs: [
        {
          facts: {
            nEvalPoints: 4,
            lastStep: 30,
            firstEval: { step: 0, "val/acc": 0, val_loss: 0.5 },
            lastEval: { step: 30, "val/acc": 0.75, val_loss: 0.5 },
            best: { val_loss: { min: 0.5, max: 0.5 } },
          },
          record: {
            sweep: "qa",
            end: "crashed",
            hyper: { lr: 0.1 },
            points: [{ quality: 0 }, { quality: 0.125, trainLoss: 0.5 }, {}, { step: 30, quality: 0.75 }],
          },
        },
      ],
      warnings: [/1 runs are marked as deleted/],
    },
  ]);
}
