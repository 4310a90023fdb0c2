/** A value that JSON can carry: what a stopper's state is made of. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON text with the keys of every object in alphabetical order, so that equal values have equal text.
 * Fields that are `undefined` are left out, non-finite numbers become `null`.
 *
 * @example canonicalJson({ b: 1, a: [2] }) // '{"a":[2],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** A number as JSON can carry it: non-finite ones become their names. */
export function packNumber(value: number): Json {
  return Number.isFinite(value) ? value : String(value);
}

/** Undoes {@link packNumber}; anything that is no number becomes NaN. */
export function unpackNumber(value: Json | undefined): number {
  return typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
}

/** A field of a JSON object; `undefined` where the value is no object or lacks it. */
export function field(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, Json>>)[name];
}
