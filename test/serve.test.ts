import { statSync } from "node:fs";
import { randomFrom, type Random } from "@stopwise/core/random";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Workplace } from "./command-line.ts";
import { checkpointsOf, sweepRuns, taskOfSweep } from "./live-process.ts";
import { ServiceProcess } from "./service-process.ts";

let place: Workplace;
let service: ServiceProcess;
beforeEach(async () => {
  place = new Workplace();
  service = await ServiceProcess.start(place.folder);
});
afterEach(() => {
  service.child.kill("SIGKILL");
  place.remove();
});

const runs = sweepRuns(6);
const startOf = (i: number, fields: object = {}): object => ({
  run: `run-${i}`,
  task: taskOfSweep(runs[i]!),
  request: { maxEmLoss: 0.01 },
  mode: "stop",
  ...fields,
});

test("listens on the loopback, with a token that only its owner can read and that stays", async () => {
  expect(service.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(service.token).toMatch(/^[0-9a-f]{32}$/);
  expect(statSync(place.file(".stopwise/live/token")).mode & 0o077).toBe(0);
  const { token } = service;
  expect(await service.end("SIGTERM")).toBe(0);
  service = await ServiceProcess.start(place.folder);
  expect(service.token).toBe(token);
});

test("without the token, or with another, nothing is told and nothing is done", async () => {
  for (const [method, path] of [
    ["GET", "/v1/runs"],
    ["GET", "/v1/runs/x"],
    ["POST", "/v1/runs"],
    ["POST", "/v1/recommend"],
    ["GET", "/v1/model"],
    ["GET", "/metrics"],
    ["DELETE", "/"],
    ["GET", "/anything"],
  ] as const) {
    for (const Authorization of ["", "Bearer ", "Bearer wrong", `Basic ${service.token}`, service.token]) {
      const answer = await service.ask(
        method,
        path,
        method === "POST" ? JSON.stringify(startOf(0)) : undefined,
        { Authorization },
      );
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.body).toMatchObject({ type: "error", code: "UNAUTHORIZED" });
    }
  }
  expect((await service.ask("GET", "/v1/runs")).body).toEqual({ running: [], past: [], feedback: [] });
  expect((await service.ask("GET", "/health", undefined, { Authorization: "" })).body).toEqual({
    status: "ok",
  });
});

test("several runs; everything sent twice gets the same answer; killed in the middle no decision is lost or changed", async () => {
  const told = async (until: number, from = 0): Promise<unknown[]> => {
    const answers: unknown[] = [];
    for (const [i, run] of runs.entries()) {
      for (const checkpoint of checkpointsOf(run).slice(from, until)) {
        const answer = await service.post(`/v1/runs/run-${i}/checkpoints`, checkpoint);
        expect(answer.status).toBe(200);
        answers.push(answer.body);
      }
    }
    return answers;
  };
  for (const i of runs.keys()) {
    const first = await service.post("/v1/runs", startOf(i));
    expect(first.status).toBe(201);
    expect(await service.post("/v1/runs", startOf(i))).toEqual({ ...first, status: 200 });
  }
  const half = await told(15);
  expect(await told(15)).toEqual(half);
  await service.end("SIGKILL");
  service = await ServiceProcess.start(place.folder);
  expect(await told(15)).toEqual(half);
  const whole = await told(30);
  const ends = [];
  for (const i of runs.keys()) ends.push(await service.post(`/v1/runs/run-${i}/end`, { end: "completed" }));
  expect(ends.map(({ status }) => status)).toEqual(runs.map(() => 200));
  await service.end("SIGKILL");

  service = await ServiceProcess.start(place.folder, "--store", "undisturbed");
  for (const i of runs.keys()) await service.post("/v1/runs", startOf(i));
  expect(await told(30)).toEqual(whole);
  await service.end("SIGTERM");

  service = await ServiceProcess.start(place.folder);
  expect(await service.post("/v1/runs/run-0/end", { end: "completed" })).toEqual(ends[0]);
  const { runs: listed } = place.stopwise("runs", "--json").json() as { runs: { id: string }[] };
  expect(listed.map(({ id }) => id)).toEqual(runs.map((_, i) => `run-${i}`));
});

test("a run that ended, is not there, or was started otherwise", async () => {
  await service.post("/v1/runs", startOf(0));
  expect(await service.post("/v1/runs", startOf(0, { mode: "shadow" }))).toMatchObject({ status: 409 });
  expect(await service.post("/v1/runs/nobody/checkpoints", { step: 1, quality: 0.5 })).toMatchObject({
    status: 404,
  });
  expect(await service.ask("GET", "/v1/runs/nobody")).toMatchObject({ status: 404 });
  await service.post("/v1/runs/run-0/end", { end: "completed" });
  expect(await service.post("/v1/runs/run-0/checkpoints", { step: 1, quality: 0.5 })).toMatchObject({
    status: 409,
  });
  expect(await service.post("/v1/runs", startOf(0))).toMatchObject({ status: 409 });
});

test("recommend answers like the command line", async () => {
  const { status, body } = await service.post("/v1/recommend", {
    task: { datasetSize: "20k" },
    request: { maxEmLoss: "1pt" },
  });
  expect(status).toBe(200);
  const printed = place
    .stopwise("recommend", "--dataset-size", "20k", "--max-em-loss", "1pt", "--json")
    .json() as object;
  expect(body).toMatchObject({ status: (printed as { status: string }).status });
  expect(await service.post("/v1/recommend", { datasetSise: 3 })).toMatchObject({ status: 400 });
});

describe("what is malformed", () => {
  test("too large a body, too many requests", async () => {
    const large = await service.ask("POST", "/v1/runs", JSON.stringify({ run: "x".repeat(2_000_000) }));
    expect(large).toMatchObject({ status: 413, body: { code: "TOO_LARGE" } });
    const slow = await ServiceProcess.start(place.folder, "--store", "slow", "--max-rate", "5");
    const statuses = [];
    for (let i = 0; i < 20; i++) statuses.push((await slow.ask("GET", "/v1/runs")).status);
    expect(statuses).toContain(429);
    await slow.end("SIGTERM");
  });

  test("two thousand bodies made from the OpenAPI document: 4xx with one line and the fix, and the service is as it was", async () => {
    const document = (await service.ask("GET", "/openapi.json")).body as unknown as OpenApi;
    await service.post("/v1/runs", startOf(0));
    const before = (await service.ask("GET", "/v1/runs/run-0")).body;
    const random = randomFrom(11);
    const posts = Object.entries(document.paths).filter(([, path]) => path.post !== undefined);
    const codes = new Map<number, number>();
    for (let i = 0; i < 2000; i++) {
      const [path, { post }] = posts[i % posts.length]!;
      const schema = resolved(document, post!.requestBody.content["application/json"].schema);
      const body = i % 7 === 0 ? broken(random) : JSON.stringify(mutated(schema, random));
      const answer = await service.ask("POST", path.replace("{id}", "run-0"), body);
      codes.set(answer.status, (codes.get(answer.status) ?? 0) + 1);
      if (answer.status < 400) throw new Error(`${path} took ${body}`);
      expect(answer.status, `${path} ${body}`).toBeLessThan(500);
      expect(answer.body["type"]).toBe("error");
      expect(String(answer.body["message"])).not.toContain("\n");
    }
    console.log(`serve: ${[...codes].map(([code, n]) => `${n} x ${code}`).join(", ")}`);
    expect((await service.ask("GET", "/v1/runs/run-0")).body).toEqual(before);
  });
});

test("health, metrics, the page", async () => {
  await service.post("/v1/runs", startOf(0));
  await service.post("/v1/runs/run-0/checkpoints", checkpointsOf(runs[0]!)[0]!);
  const metrics = String((await service.ask("GET", "/metrics")).body["text"]);
  expect(metrics).toContain("stopwise_runs 1\n");
  expect(metrics).toContain('stopwise_decisions_total{action="continue"} 1\n');
  const page = String((await service.ask("GET", "/", undefined, { Authorization: "" })).body["text"]);
  expect(page).toContain("<title>stopwise: live runs</title>");
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(page).not.toContain(service.token);
});

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Record<string, Schema>;
}
interface OpenApi {
  readonly paths: Record<
    string,
    { post?: { requestBody: { content: { "application/json": { schema: Schema } } } } }
  >;
  readonly components: { readonly schemas: Record<string, Schema> };
}

const resolved = ({ components }: OpenApi, schema: Schema): Schema =>
  schema.$ref === undefined ? schema : components.schemas[schema.$ref.split("/").at(-1)!]!;

const wrong = [{}, [], [1], "x", "", -1, true, 1e400, { a: { b: [] } }, "\u0000", "ü".repeat(300), [[[[]]]]];

/** A body in which at least one field is unknown or of a type that no field takes. */
function mutated({ properties = {} }: Schema, random: Random): unknown {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  if (random() < 0.15) return pick([null, 1, "text", [], [{}], true]);
  const names = Object.keys(properties).filter((name) => name !== "state");
  const body: Record<string, unknown> = {};
  for (const name of names) if (random() < 0.5) body[name] = pick(wrong);
  body[`no-such-field-${Math.floor(random() * 100)}`] = pick(wrong);
  return body;
}

function broken(random: Random): string {
  const texts = [
    "",
    "{",
    '{"run":',
    "NaN",
    '{"step":NaN}',
    "\u0000",
    '{"run":"a"}}',
    "[",
    "'x'",
    "{'run':1}",
    '"',
  ];
  return texts[Math.floor(random() * texts.length)]!;
}
