/** Upper ends of the buckets of answer times, seconds. */
const buckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25];

/** Counts for Prometheus, in its text format. */
export class ServiceMetrics {
  readonly #requests = new Map<string, number>();
  readonly #decisions = new Map<string, number>();
  readonly #within = buckets.map(() => 0);
  #seconds = 0;
  #answered = 0;

  /** Counts an answered request. */
  answered(status: number, seconds: number): void {
    count(this.#requests, `code="${status}"`);
    this.#answered += 1;
    this.#seconds += seconds;
    buckets.forEach((bucket, i) => {
      if (seconds <= bucket) this.#within[i]! += 1;
    });
  }

  /** Counts a decision. */
  decided(action: string): void {
    count(this.#decisions, `action="${action}"`);
  }

  /** The text that Prometheus reads. */
  text({ nRunning }: { readonly nRunning: number }): string {
    return [
      "# HELP stopwise_runs Live runs in memory.",
      "# TYPE stopwise_runs gauge",
      `stopwise_runs ${nRunning}`,
      ...counter("stopwise_requests_total", "Requests by HTTP status.", this.#requests),
      ...counter("stopwise_decisions_total", "Decisions by action.", this.#decisions),
      "# HELP stopwise_request_seconds Time to answer.",
      "# TYPE stopwise_request_seconds histogram",
      ...buckets.map((bucket, i) => `stopwise_request_seconds_bucket{le="${bucket}"} ${this.#within[i]!}`),
      `stopwise_request_seconds_bucket{le="+Inf"} ${this.#answered}`,
      `stopwise_request_seconds_sum ${this.#seconds}`,
      `stopwise_request_seconds_count ${this.#answered}`,
      "",
    ].join("\n");
  }
}

function count(counts: Map<string, number>, label: string): void {
  counts.set(label, (counts.get(label) ?? 0) + 1);
}

function counter(name: string, help: string, counts: ReadonlyMap<string, number>): string[] {
  const lines = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, n]) => `${name}{${label}} ${n}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...lines];
}
