import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanUp, writeFiles } from "../testing/reader-contract.ts";
import { openSqlite } from "./sqlite-file.ts";

cleanUp();

/** Python's own module writes what other programs leave behind: a column added later, no row ids, a log mode. */
const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA journal_mode = wal")
db.executescript('''
CREATE TABLE "metrics" ("key" TEXT, value REAL);
INSERT INTO metrics VALUES ('a', 0.5), ('b', NULL);
ALTER TABLE metrics ADD COLUMN step INTEGER NOT NULL DEFAULT 7;
INSERT INTO metrics VALUES ('c', 1e300, 8);
CREATE TABLE params ("key" TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
INSERT INTO params VALUES ('lr', x'00'), ('seed', 3);
''')
db.commit()
db.close()
`;

const root = writeFiles({ "make.py": script });
const absolute = join(root, "x.db");
const hasPython = ((): boolean => {
  try {
    execFileSync("python3", [join(root, "make.py"), absolute]);
    return true;
  } catch {
    console.log("python3 is absent: the SQLite database for the test cannot be made");
    return false;
  }
})();

test.skipIf(!hasPython)(
  "defaults of later columns, tables without row ids, blobs, the log mode",
  async () => {
    const head = new Uint8Array();
    const sizeBytes = statSync(absolute).size;
    const database = await openSqlite({
      path: "x.db",
      absolute,
      name: "x.db",
      sizeBytes,
      head,
      headText: "",
    });
    expect(database.tables).toEqual(["metrics", "params"]);
    expect(database.rows("metrics")).toEqual([
      { key: "a", value: 0.5, step: 7 },
      { key: "b", value: null, step: 7 },
      { key: "c", value: 1e300, step: 8 },
    ]);
    expect(database.rows("params")).toEqual([
      { key: "lr", value: null },
      { key: "seed", value: 3 },
    ]);
    expect(database.rows("absent")).toEqual([]);
    database.close();
  },
);
