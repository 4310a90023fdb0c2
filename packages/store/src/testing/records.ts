import type { RunRecord } from "@stopwise/core";
import fc from "fast-check";

/** A run that can be told from others by its id and length. */
export function run(id: string, nCheckpoints: number, fields: Partial<RunRecord> = {}): RunRecord {
  const points = Array.from({ length: nCheckpoints }, (_, i) => ({
    step: 100 * (i + 1),
    tokens: null,
    quality: i / 10_000,
    evalLoss: 1 / (i + 1),
  }));
  return { id, metric: "exact_match", kind: "quality", hyper: { maxSteps: 900 }, points, ...fields };
}

// JSON has no -0.
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constant("a\0b"),
  fc.constant("\ud800"),
  fc.constant("'; DROP TABLE runs; --"),
  fc.constant('{"a",NULL}'),
);
const real = fc.double({ noNaN: true, noDefaultInfinity: true });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const checkpoint = fc.record(
  {
    step: fc.nat(),
    tokens: maybe(real),
    quality: maybe(fc.double({ noNaN: true, min: 0, max: 1 })),
    value: maybe(real),
    lr: maybe(real),
    eval_f1: json,
    evalLoss: maybe(real),
  },
  { requiredKeys: ["step"] },
);

/** Any run record, with nulls, absent fields and fields that nobody knows. */
export const anyRecord = fc.record(
  {
    id: fc.string({ minLength: 1 }),
    metric: text,
    kind: fc.constantFrom("quality", "loss"),
    hyper: fc.dictionary(fc.string(), json),
    points: fc.array(checkpoint, { maxLength: 12 }),
    source: maybe(text),
    group: maybe(text),
    params: maybe(real),
    higherIsBetter: maybe(fc.boolean()),
    end: maybe(fc.constantFrom("completed", "running")),
    license: json,
    commit: json,
  },
  { requiredKeys: ["id", "metric", "kind", "hyper", "points"], noNullPrototype: true },
) as fc.Arbitrary<RunRecord>;
