import type { Past, PastRun } from "./past.ts";

/** Which runs lose their names. */
export interface UnnamedOptions {
  /** What the pack is called: groups of two packs are not taken for one. */
  readonly name: string;
  /** Runs whose names are left out; default all. */
  readonly isLeftOut?: (run: PastRun) => boolean;
}

/**
 * A past without the names of runs: no source, path, task, model or group by name is left, only what they are like, so
 * that they take part in sums and are no named evidence. Runs of a group stay together, by a number, and so does the
 * number of groups.
 */
export function unnamed(past: Past, { name, isLeftOut = () => true }: UnnamedOptions): Past {
  const left = new Set(past.runs.filter(isLeftOut).map(({ group }) => group));
  const numbers = new Map(
    [...new Set(past.runs.map(({ group }) => group))].map((group, k) => [group, k + 1]),
  );
  return {
    ...past,
    runs: past.runs.map((run, index) => {
      // A group with one run that may not be named keeps the name of none of them: it would give the others away.
      const group = left.has(run.group) ? `${name}/group-${numbers.get(run.group)!}` : run.group;
      return isLeftOut(run) ? withoutNames({ ...run, group }, `${name}/run-${index + 1}`) : { ...run, group };
    }),
  };
}

/** A record without some of its fields. */
function without<T extends object>(record: T, fields: readonly (keyof T)[]): T {
  const kept = Object.entries(record).filter(([field]) => !fields.includes(field as keyof T));
  return Object.fromEntries(kept) as T;
}

function withoutNames(run: PastRun, id: string): PastRun {
  const words = [run.task.family, run.task.metric].filter(Boolean).join(", ");
  return {
    ...without(run, ["source", "license"]),
    id,
    name: words === "" ? "a run that is not named" : `${words} (not named)`,
    task: without(run.task, ["name", "model"]),
  };
}
