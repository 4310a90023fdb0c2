/**
 * The service under load: many live runs at once on loopback, killed and started again in the middle.
 *
 *   tsx bench/serve.ts [runs=1000] [checkpoints=100] [connections=16]
 *
 * Runs are told step by step, all of them at each step, over keep-alive connections; half-way the service is killed with
 * SIGKILL and started again on the same store, and what was not answered is sent again. Then a second service, on a store
 * of its own, is told the same without being disturbed: every decision must be equal. Needs the built command line.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { randomFrom } from "@stopwise/core/random";

const [nRuns, nCheckpoints, nConnections] = [0, 1, 2].map((i) =>
  Number(process.argv[2 + i] ?? [1000, 100, 16][i]),
);
const entry = fileURLToPath(new URL("../packages/stopwise/dist/cli.js", import.meta.url));
const token = "a-token-for-the-load-test";

interface Service {
  readonly child: ChildProcess;
  readonly port: number;
  readonly agent: Agent;
}

async function startService(store: string): Promise<Service> {
  const flags = ["serve", "--json", "--port", "0", "--store", store, "--max-rate", "1000000"];
  const env = { ...process.env, STOPWISE_TOKEN: token };
  const child = spawn(process.execPath, [entry, ...flags], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  return {
    child,
    port: Number(new URL(url).port),
    agent: new Agent({ keepAlive: true, maxSockets: nConnections! }),
  };
}

async function kill({ child, agent }: Service, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
  agent.destroy();
}

function post({ port, agent }: Service, path: string, body: object): Promise<Record<string, unknown>> {
  const text = JSON.stringify(body);
  const headers = { Authorization: `Bearer ${token}`, "Content-Length": Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, agent, headers, method: "POST" }, (response) => {
      let answer = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
      response.on("end", () => resolve(JSON.parse(answer) as Record<string, unknown>));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

/** A curve of its own for every run: it saturates, with noise. */
function qualitiesOf(run: number): number[] {
  const random = randomFrom(run + 1);
  const [top, speed] = [0.3 + 0.6 * random(), 4 + 30 * random()];
  return Array.from({ length: nCheckpoints! }, (_, i) =>
    Math.min(1, Math.max(0, top * (1 - Math.exp(-(i + 1) / speed)) + 0.02 * (random() - 0.5))),
  );
}

const curves = Array.from({ length: nRuns! }, (_, run) => qualitiesOf(run));
const task = {
  datasetSize: 3000,
  answerLength: 3,
  family: "gpt2",
  params: 11_104,
  maxSteps: 12 * nCheckpoints!,
  maxTokens: 3840 * nCheckpoints!,
  evals: nCheckpoints,
  evalSize: 500,
};

type Decisions = Record<string, unknown>[][];

/** Tells a range of checkpoints of every run; each connection has its share of the runs. */
async function tell(
  service: Service,
  told: { from: number; to: number; decisions: Decisions; times: number[] },
): Promise<void> {
  const worker = async (first: number): Promise<void> => {
    for (let i = told.from; i < told.to; i++) {
      for (let run = first; run < nRuns!; run += nConnections!) {
        const step = 12 * (i + 1);
        const at = performance.now();
        const body = { step, tokens: 320 * step, quality: curves[run]![i], evalLoss: 1 - curves[run]![i]! };
        const decision = await post(service, `/v1/runs/run-${run}/checkpoints`, body);
        told.times.push(performance.now() - at);
        told.decisions[run]![i] = decision;
      }
    }
  };
  await Promise.all(Array.from({ length: nConnections! }, (_, first) => worker(first)));
}

async function startRuns(service: Service): Promise<void> {
  for (let run = 0; run < nRuns!; run++) {
    const advice = await post(service, "/v1/runs", { run: `run-${run}`, task, request: { maxEmLoss: 0.01 } });
    if (advice["type"] !== "advice") throw new Error(JSON.stringify(advice));
  }
}

const quantile = (times: readonly number[], level: number): string =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(level * times.length))]!.toFixed(2);

async function sequenceOf(disturbed: boolean): Promise<{ decisions: Decisions; times: number[] }> {
  const store = mkdtempSync(join(tmpdir(), "stopwise-serve-"));
  const decisions: Decisions = curves.map(() => []);
  const times: number[] = [];
  let service = await startService(store);
  const begun = performance.now();
  await startRuns(service);
  console.log(`${nRuns} starts in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  const half = Math.floor(nCheckpoints! / 2);
  await tell(service, { from: 0, to: half, decisions, times });
  if (disturbed) {
    // Some checkpoints are on their way when it is killed: they are sent again.
    const lost = tell(service, { from: half, to: half + 1, decisions, times: [] }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await kill(service, "SIGKILL");
    await lost;
    service = await startService(store);
  }
  const again: number[] = [];
  await tell(service, { from: half, to: half + 1, decisions, times: again });
  await tell(service, { from: half + 1, to: nCheckpoints!, decisions, times });
  for (let run = 0; run < nRuns!; run++) await post(service, `/v1/runs/run-${run}/end`, { end: "completed" });
  await kill(service, "SIGTERM");
  rmSync(store, { recursive: true, force: true });
  const after = disturbed
    ? `; first after the kill (each run read again): p99 ${quantile(again, 0.99)} ms`
    : "";
  console.log(
    `${times.length} checkpoints of ${nRuns} runs over ${nConnections} connections: median ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms, largest ${quantile(times, 1)} ms${after}`,
  );
  return { decisions, times };
}

const killed = await sequenceOf(true);
const undisturbed = await sequenceOf(false);
const different = killed.decisions.flatMap((decisions, run) =>
  decisions.filter(
    (decision, i) => JSON.stringify(decision) !== JSON.stringify(undisturbed.decisions[run]![i]),
  ),
);
const n = killed.decisions.flat().length;
console.log(`${n} decisions, ${different.length} different from those of a service that was not killed`);
process.exitCode = n === nRuns! * nCheckpoints! && different.length === 0 ? 0 : 1;
