import { InvalidInputError, parseWith } from "@stopwise/core";
import * as z from "zod/mini";
import { semanticsOf } from "../registry.ts";
import { trainerStop } from "./stop-index.ts";

const nonFinite = z.enum(["NaN", "Infinity", "-Infinity"]);
const index = z.nullable(z.int().check(z.nonnegative()));
const columns = z.record(z.string(), index);

const caseSchema = z.object({
  id: z.string(),
  curve: z.array(z.union([z.number(), nonFinite])),
  mode: z.enum(["max", "min"]),
  patience: z.int().check(z.nonnegative()),
  minDelta: z.number(),
  options: z._default(z.record(z.string(), z.record(z.string(), z.unknown())), {}),
  stop: columns,
  stopFloat32: z.optional(columns),
});

const fileSchema = z.object({ version: z.literal(1), cases: z.array(z.unknown()) });

type StopCase = z.infer<typeof caseSchema>;

/** One column of one case: the index that this package gives beside the expected one. */
export interface CaseResult {
  readonly id: string;
  /** The trainer as the file names it; with `.float32` behind it for the single-precision results. */
  readonly column: string;
  readonly index: number | null;
  readonly expected: number | null;
  readonly equal: boolean;
}

/** All columns of all cases of a file. */
export interface CasesResult {
  readonly cases: readonly CaseResult[];
  readonly nDifferent: number;
}

type Column = Readonly<{ name: string; precision: "double" | "float32"; expected: number | null }>;

function runColumn(one: StopCase, { name, precision, expected }: Column): CaseResult {
  const { mode, patience, minDelta } = one;
  const own = Object.keys(one.options).find((key) => semanticsOf(key).name === semanticsOf(name).name);
  const options = own === undefined ? {} : one.options[own]!;
  const got = trainerStop(name, one.curve.map(Number), {
    mode,
    patience,
    minDelta,
    options,
    precision,
  }).index;
  const column = precision === "float32" ? `${name}.float32` : name;
  return { id: one.id, column, index: got, expected, equal: got === expected };
}

function runCase(one: StopCase): CaseResult[] {
  const columnsOf = (precision: Column["precision"], stops: Record<string, number | null>): Column[] =>
    Object.entries(stops).map(([name, expected]) => ({ name, precision, expected }));
  const all = [...columnsOf("double", one.stop), ...columnsOf("float32", one.stopFloat32 ?? {})];
  return all.map((column) => runColumn(one, column));
}

/** Runs a case; what is wrong with it is told with its place in the file. */
function caseAt(json: unknown, position: number): CaseResult[] {
  const where = `cases.${position}`;
  const one = parseWith(caseSchema, json, where);
  try {
    return runCase(one);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(`${where} (${one.id}): ${error.message}`, "");
  }
}

/**
 * Runs a file of stop cases: curves with the evaluation at which each trainer's stopper ends the run.
 *
 * The file is `{ version: 1, cases: [{ id, curve, mode, patience, minDelta, options, stop, stopFloat32? }] }`, where
 * `curve` holds numbers or the strings "NaN", "Infinity", "-Infinity", `options` the options of each column under its
 * name, and `stop` the expected 0-based index of each column or null. `stopFloat32` is run in single precision.
 *
 * @param json the parsed file
 * @throws {InvalidInputError} naming the case and the field that break the schema.
 */
export function replayCases(json: unknown): CasesResult {
  const file = parseWith(fileSchema, json, "");
  const cases = file.cases.flatMap(caseAt);
  return { cases, nDifferent: cases.filter(({ equal }) => !equal).length };
}
