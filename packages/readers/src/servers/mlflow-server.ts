import { InvalidInputError } from "@stopwise/core";
import type { FileReading } from "../contract.ts";
import { mlflowEnds, tableOfMetrics, valuesByStep, type MlflowPoint } from "../files/mlflow-rows.ts";
import { loggedNumber } from "../files/python-json.ts";
import { factsOfConfig } from "../mapping/config-facts.ts";
import { runsOfTable } from "../tables/generic-rows.ts";
import { MlflowClient, type MlflowAddress, type MlflowExperiment, type MlflowRun } from "./mlflow-client.ts";

const scheme = /^mlflow\+(https?:\/\/.+)$/;

/** Whether a path names a tracking server. */
export const isMlflowServer = (path: string): boolean => path.startsWith("mlflow+");

type Environment = Readonly<Record<string, string | undefined>>;

function authorizationOf(url: URL, environment: Environment): string | undefined {
  const token = environment["MLFLOW_TRACKING_TOKEN"];
  if (token !== undefined && token !== "") return `Bearer ${token}`;
  const name = decodeURIComponent(url.username) || environment["MLFLOW_TRACKING_USERNAME"];
  const password = decodeURIComponent(url.password) || environment["MLFLOW_TRACKING_PASSWORD"];
  if (name === undefined || name === "") return undefined;
  return `Basic ${Buffer.from(`${name}:${password ?? ""}`).toString("base64")}`;
}

function addressOf(
  path: string,
  environment: Environment,
): { address: MlflowAddress; experiment: string | null } {
  const written = scheme.exec(path)?.[1];
  const url = written === undefined || !URL.canParse(written) ? undefined : new URL(written);
  if (url === undefined) {
    const shown = path.replace(/\/\/[^/@]*@/, "//");
    throw new InvalidInputError(
      `an MLflow server must be named mlflow+http://HOST[:PORT][?experiment=NAME], got ${shown}.`,
      "For a folder or a database file name its path.",
    );
  }
  const seconds = Number(environment["MLFLOW_HTTP_REQUEST_TIMEOUT"] ?? 30);
  const address = {
    base: `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`,
    authorization: authorizationOf(url, environment),
    timeout: (seconds > 0 ? seconds : 30) * 1000,
  };
  return { address, experiment: url.searchParams.get("experiment") };
}

function pointsOf(metrics: Awaited<ReturnType<MlflowClient["history"]>>): MlflowPoint[] {
  return metrics.flatMap(({ value, timestamp, step }): MlflowPoint[] => {
    const number = loggedNumber(value);
    return number === undefined
      ? []
      : [{ time: loggedNumber(timestamp) ?? 0, value: number, step: loggedNumber(step) ?? 0 }];
  });
}

/** How many histories are asked for at once. */
const nAtOnce = 8;

/** Values of each metric of a run by step; what the server measures of its machine is left out. */
async function metricsOf(client: MlflowClient, { info, data }: MlflowRun) {
  const keys = (data?.metrics ?? []).map(({ key }) => key).filter((key) => !key.startsWith("system/"));
  const values = new Map<string, ReadonlyMap<number, number>>();
  for (let from = 0; from < keys.length; from += nAtOnce) {
    const some = keys.slice(from, from + nAtOnce);
    const histories = await Promise.all(some.map((key) => client.history(info.run_id, key)));
    for (const [index, key] of some.entries()) values.set(key, valuesByStep(pointsOf(histories[index]!)));
  }
  return values;
}

async function readingOf(
  client: MlflowClient,
  run: MlflowRun,
  { name, path }: { readonly name: string; readonly path: string },
): Promise<FileReading> {
  const values = await metricsOf(client, run);
  const settings = Object.fromEntries((run.data?.params ?? []).map(({ key, value }) => [key, value ?? ""]));
  const end = mlflowEnds[String(run.info.status)];
  const known = {
    ...factsOfConfig(settings),
    ...(name === "Default" ? {} : { sweep: name }),
    ...(end === undefined ? {} : { end }),
  };
  if (values.size === 0) return { path, runs: [], reason: "MLflow run without metrics.", warnings: [] };
  const { runs, reason } = runsOfTable({ ...tableOfMetrics(values), known });
  return { path, runs, warnings: [], ...(reason === undefined ? {} : { reason: `the run ${reason}` }) };
}

function chosen(all: readonly MlflowExperiment[], wanted: string | null): readonly MlflowExperiment[] {
  if (wanted === null) return all;
  const found = all.filter(({ name, experiment_id }) => name === wanted || experiment_id === wanted);
  if (found.length > 0) return found;
  const names = all.slice(0, 8).map(({ name }) => name);
  throw new InvalidInputError(
    `the MLflow server has no experiment ${wanted}; it has ${names.join(", ") || "none"}.`,
    "Name one of them behind ?experiment=.",
  );
}

/**
 * Reads every active run of an MLflow tracking server by its REST interface: `mlflow+http://HOST:PORT`, of one
 * experiment with `?experiment=NAME`. Name and password or a token come from MLflow's own environment variables or
 * the address, and are never shown.
 *
 * @param path - `mlflow+http://...` or `mlflow+https://...`
 * @param environment - variables such as `MLFLOW_TRACKING_TOKEN`
 * @throws {InvalidInputError} when the address is none, or the server does not answer as MLflow does
 */
export async function readMlflowServer(
  path: string,
  environment: Environment = process.env,
): Promise<FileReading[]> {
  const { address, experiment } = addressOf(path, environment);
  const client = new MlflowClient(address);
  const readings: FileReading[] = [];
  for (const { experiment_id, name } of chosen(await client.experiments(), experiment)) {
    for (const run of await client.runs(experiment_id)) {
      const shown = `mlflow+${address.base.replace("://", ":/")}/${experiment_id}/${run.info.run_id}`;
      readings.push(await readingOf(client, run, { name, path: shown }));
    }
  }
  return readings;
}
