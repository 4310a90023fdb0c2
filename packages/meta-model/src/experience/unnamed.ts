import type { Task } from "@stopwise/core";
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

function without<T extends object, K extends keyof T>(value: T, fields: readonly K[]): Omit<T, K> {
  const copy = { ...value };
  for (const field of fields) Reflect.deleteProperty(copy, field);
  return copy;
}

function withoutNames(run: PastRun, id: string): PastRun {
  const rest = without(run, ["source", "license"]);
  const task: Task = without(run.task, ["name", "model"]);
  const words = [task.family, task.metric].filter(Boolean).join(", ");
  return { ...rest, id, name: words === "" ? "a run that is not named" : `${words} (not named)`, task };
}
