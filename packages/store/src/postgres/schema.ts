import { checkpointColumns, runColumns } from "../columns.ts";

const sqlTypes = { text: "TEXT", number: "DOUBLE PRECISION", boolean: "BOOLEAN" } as const;
const series = checkpointColumns.map(({ column }) => column);

/**
 * The statements that bring a PostgreSQL store from schema version i to i + 1, at position i. Never change one that was
 * released: append the next.
 *
 * A run is one row, so that it is written and replaced in one step; the series of its checkpoints are arrays, NULL where
 * nothing was logged. The view `checkpoints` shows them as rows.
 */
export const postgresMigrations: readonly string[] = [
  `CREATE TABLE runs (
     id TEXT COLLATE "C" PRIMARY KEY, hash TEXT NOT NULL, n_checkpoints INTEGER NOT NULL,
     ${runColumns
       .filter(({ column }) => column !== "id")
       .map(({ column, type }) => `${column} ${sqlTypes[type]}`)
       .join(", ")},
     hyper TEXT, extra TEXT, extras TEXT, nulls INTEGER[],
     ${series.map((column) => `${column} DOUBLE PRECISION[]`).join(", ")});
   CREATE VIEW checkpoints AS
     SELECT id, idx - 1 AS idx, ${series.map((column) => `c.${column}`).join(", ")}
     FROM runs, unnest(${series.map((column) => `runs.${column}`).join(", ")}) WITH ORDINALITY
       AS c (${series.join(", ")}, idx);
   CREATE TABLE models (version TEXT PRIMARY KEY, bytes BYTEA, runs TEXT);
   CREATE TABLE promotions (
     number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version TEXT NOT NULL, n_bytes INTEGER NOT NULL,
     promoted_at TEXT NOT NULL, promoted_by TEXT NOT NULL, facts TEXT NOT NULL, taken_back_at TIMESTAMPTZ);
   CREATE TABLE trials (key TEXT PRIMARY KEY, bytes BYTEA NOT NULL)`,
];
