import { InvalidInputError } from "@stopwise/core";
import * as z from "zod/mini";
import { parsePythonJson } from "../files/python-json.ts";

/** Where a tracking server is and who asks. */
export interface MlflowAddress {
  /** `http://host:port/prefix` without a slash at its end, without name and password. */
  readonly base: string;
  readonly authorization: string | undefined;
  /** Longest wait for one answer, in milliseconds. */
  readonly timeout: number;
}

const metric = z.object({ key: z.string(), value: z.unknown(), timestamp: z.unknown(), step: z.unknown() });
const pair = z.object({ key: z.string(), value: z.optional(z.string()) });
const run = z.object({
  info: z.object({
    run_id: z.string(),
    experiment_id: z.string(),
    run_name: z.optional(z.string()),
    status: z.optional(z.union([z.string(), z.number()])),
  }),
  data: z.optional(z.object({ metrics: z.optional(z.array(metric)), params: z.optional(z.array(pair)) })),
});
const experiment = z.object({ experiment_id: z.string(), name: z.string() });
const page = { next_page_token: z.optional(z.string()) };
const experimentPage = z.object({ experiments: z.optional(z.array(experiment)), ...page });
const runPage = z.object({ runs: z.optional(z.array(run)), ...page });
const metricPage = z.object({ metrics: z.optional(z.array(metric)), ...page });

/** A run as the server describes it, with the last value of each metric. */
export type MlflowRun = z.infer<typeof run>;
/** One logged value. */
export type MlflowMetric = z.infer<typeof metric>;
/** An experiment. */
export type MlflowExperiment = z.infer<typeof experiment>;

const startServer = "Check that the tracking server runs there: mlflow server --host HOST --port PORT.";

/** Why no answer came, in words. */
function causeOf(error: unknown, timeout: number): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `does not answer within ${timeout / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  if (code === "ECONNREFUSED") return "refuses the connection";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "is no known host";
  return `cannot be reached${code === "" ? "" : ` (${code})`}`;
}

/** Asks one MLflow tracking server by its REST interface, page by page. */
export class MlflowClient {
  readonly #address: MlflowAddress;

  constructor(address: MlflowAddress) {
    this.#address = address;
  }

  /** All active experiments. */
  async experiments(): Promise<MlflowExperiment[]> {
    const ask = { max_results: 1000 };
    return this.#pages("POST experiments/search", ask, (body) => {
      const { experiments = [], next_page_token } = experimentPage.parse(body);
      return { items: experiments, token: next_page_token };
    });
  }

  /** All active runs of an experiment. */
  async runs(experimentId: string): Promise<MlflowRun[]> {
    const ask = { experiment_ids: [experimentId], max_results: 1000, run_view_type: "ACTIVE_ONLY" };
    return this.#pages("POST runs/search", ask, (body) => {
      const { runs = [], next_page_token } = runPage.parse(body);
      return { items: runs, token: next_page_token };
    });
  }

  /** Every value of a metric of a run. */
  async history(runId: string, key: string): Promise<MlflowMetric[]> {
    const ask = { run_id: runId, metric_key: key, max_results: 25_000 };
    return this.#pages("GET metrics/get-history", ask, (body) => {
      const { metrics = [], next_page_token } = metricPage.parse(body);
      return { items: metrics, token: next_page_token };
    });
  }

  async #pages<Item>(
    what: string,
    ask: Readonly<Record<string, unknown>>,
    read: (body: unknown) => { items: readonly Item[]; token: string | undefined },
  ): Promise<Item[]> {
    const items: Item[] = [];
    const seen = new Set<string>();
    let token = "";
    do {
      const found = this.#read(
        read,
        await this.#ask(what, token === "" ? ask : { ...ask, page_token: token }),
      );
      items.push(...found.items);
      token = found.token ?? "";
      // A server that gives a page twice would be asked for ever.
      if (seen.has(token)) break;
      seen.add(token);
    } while (token !== "");
    return items;
  }

  #read<Page>(read: (body: unknown) => Page, body: unknown): Page {
    try {
      return read(body);
    } catch {
      throw this.#refusal("answers in another form than MLflow's", startServer);
    }
  }

  async #ask(what: string, ask: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { base, authorization, timeout } = this.#address;
    const [method, path] = what.split(" ") as [string, string];
    const query = new URLSearchParams(
      Object.entries(ask).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const url = `${base}/api/2.0/mlflow/${path}${method === "GET" ? `?${query.toString()}` : ""}`;
    const response = await fetch(url, {
      method,
      headers: { "content-type": "application/json", ...(authorization && { authorization }) },
      ...(method === "POST" ? { body: JSON.stringify(ask) } : {}),
      signal: AbortSignal.timeout(timeout),
    }).catch((error: unknown) => {
      throw this.#refusal(causeOf(error, timeout), startServer);
    });
    const text = await response.text().catch((error: unknown) => {
      throw this.#refusal(causeOf(error, timeout), startServer);
    });
    if (!response.ok) throw this.#refused(response.status);
    try {
      return parsePythonJson(text);
    } catch {
      throw this.#refusal("answers with something that is no JSON", startServer);
    }
  }

  #refused(status: number): InvalidInputError {
    const fix =
      status === 401 || status === 403
        ? "Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
        : startServer;
    return this.#refusal(`answers with status ${status}`, fix);
  }

  #refusal(what: string, fix: string): InvalidInputError {
    return new InvalidInputError(`the MLflow server at ${this.#address.base} ${what}.`, fix);
  }
}
