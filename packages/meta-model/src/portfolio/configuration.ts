import { groupOf, type RunRecord } from "@stopwise/core";

/** Settings that tell repetitions of one configuration apart, not configurations. */
export const repetition =
  /^(seed|data_?seed|run|name|run_?name|id|originalPoints|cpuSeconds|output_?dir|log)$/i;

/**
 * What was chosen for a run, as one key: its settings without seeds and names, with model, data size and plan. Runs of one
 * key are repetitions, and count once.
 */
export function configurationOf(run: RunRecord): string {
  const settings = Object.entries(run.hyper)
    .filter(([name]) => !repetition.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([settings, run.model ?? null, run.datasetSize ?? null, run.plannedSteps ?? null]);
}

/** A task that was tuned often enough to be certified by its own configurations. */
export interface TunedTask {
  /** The group, and what its runs call their task. */
  readonly names: readonly string[];
  /** The task's runs, each configuration a group of its own. */
  readonly runs: readonly RunRecord[];
}

/** Configurations that a task needs: half of them calibrate, and nine is the fewest that certify anything at 90 %. */
const minConfigurations = 18;

/** The group of a single task with the most configurations, where those are enough for a certificate of its own. */
export function tunedTask(runs: readonly RunRecord[]): TunedTask | undefined {
  const byGroup = new Map<string, RunRecord[]>();
  for (const run of runs) byGroup.set(groupOf(run), [...(byGroup.get(groupOf(run)) ?? []), run]);
  const counted = [...byGroup].flatMap(([group, members]) => {
    const tasks = new Set(members.flatMap((run) => (run.task ? [run.task] : [])));
    if (tasks.size > 1) return [];
    return [{ names: [group, ...tasks], members, size: new Set(members.map(configurationOf)).size }];
  });
  const largest = counted.sort((x, y) => y.size - x.size || (x.names[0]! < y.names[0]! ? -1 : 1))[0];
  if (largest === undefined || largest.size < minConfigurations) return undefined;
  const labelled = largest.members.map((run) => ({ ...run, group: configurationOf(run) }));
  return { names: [...new Set(largest.names)], runs: labelled };
}
