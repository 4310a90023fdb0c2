import type { CurveTrace, TracedSeries } from "./curve-trace.ts";

/** How many of a trace's evaluations are looked up: a part may begin or end in the middle of the whole. */
const nProbes = 3;

/** Values within one bucket or its neighbours may be equal as printed; of many runs few share them. */
const bucketOf = (value: number): number => Math.floor(Math.asinh(value) * 100);

/** Percent and fractions fall into one bucket. */
const scales = [1, 100, 0.01];

/** Runs by the values of their curves: finds those that may hold a curve again without comparing all pairs. */
export class TraceIndex {
  private readonly runsOf = new Map<string, number[]>();

  /**
   * Adds a run. Costs one entry for each of its evaluations and metrics.
   *
   * @param run - its number
   */
  add(run: number, trace: CurveTrace): void {
    for (const [name, { values }] of trace.metrics) {
      for (const bucket of new Set([...values].filter(Number.isFinite).map(bucketOf))) {
        const key = `${name} ${bucket}`;
        const runs = this.runsOf.get(key);
        if (runs === undefined) this.runsOf.set(key, [run]);
        else runs.push(run);
      }
    }
  }

  /** Runs that have a value near each probed one of the trace, in the order of their numbers. */
  candidates(trace: CurveTrace): number[] {
    const found = new Set<number>();
    for (const [name, series] of trace.metrics) for (const run of this.near(name, series)) found.add(run);
    return [...found].sort((left, right) => left - right);
  }

  private near(name: string, { values }: TracedSeries): Set<number> {
    const finite = [...values].filter(Number.isFinite);
    const probes = Array.from({ length: Math.min(nProbes, finite.length) }, (_, index) =>
      Math.floor(((index + 0.5) * finite.length) / nProbes),
    );
    let common: Set<number> | undefined;
    for (const at of new Set(probes)) {
      const runs = new Set(this.at(name, finite[Math.min(at, finite.length - 1)]!));
      common = common === undefined ? runs : new Set([...common].filter((run) => runs.has(run)));
    }
    return common ?? new Set();
  }

  private at(name: string, value: number): number[] {
    return scales.flatMap((scale) => {
      const bucket = bucketOf(value * scale);
      return [bucket - 1, bucket, bucket + 1].flatMap((near) => this.runsOf.get(`${name} ${near}`) ?? []);
    });
  }
}
