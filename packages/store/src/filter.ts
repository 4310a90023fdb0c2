/** Which runs to read; every field that is given must match. */
export interface RunFilter {
  readonly id?: string | undefined;
  readonly group?: string | undefined;
  readonly task?: string | undefined;
  readonly family?: string | undefined;
  readonly metric?: string | undefined;
  readonly kind?: "quality" | "loss" | undefined;
}

const columns = {
  id: "id",
  group: "run_group",
  task: "task",
  family: "family",
  metric: "metric",
  kind: "kind",
} as const;

/** The WHERE clause of a filter and its values, which are bound and never part of the statement. */
export function whereOf(filter: RunFilter): { where: string; values: string[] } {
  const given = (Object.keys(columns) as (keyof typeof columns)[]).filter((key) => filter[key] !== undefined);
  if (given.length === 0) return { where: "TRUE", values: [] };
  const where = given.map((key, i) => `${columns[key]} = $${i + 1}`).join(" AND ");
  return { where, values: given.map((key) => filter[key]!) };
}
