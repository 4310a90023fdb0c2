import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { readLogs, recordsOf } from "../index.ts";
import { readMlflowServer } from "./mlflow-server.ts";
import { splitServers } from "./named-servers.ts";

const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) server.close();
});

type Answer = { readonly status?: number; readonly text: string } | "never";

/** A server that answers by path; what it was asked is kept. */
async function serve(answer: (url: URL, body: Record<string, unknown>) => Answer) {
  const asked: { path: string; authorization: string | undefined }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let text = "";
    request.on("data", (piece: Buffer) => (text += piece.toString()));
    request.on("end", () => {
      const url = new URL(request.url!, "http://host");
      asked.push({ path: url.pathname, authorization: request.headers.authorization });
      const told = answer(url, text === "" ? {} : (JSON.parse(text) as Record<string, unknown>));
      if (told !== "never") response.writeHead(told.status ?? 200).end(told.text);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { path: `mlflow+http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const json = (value: unknown): Answer => ({ text: JSON.stringify(value) });

/** Two experiments; runs and histories come in pages of two; one value is NaN as MLflow spells it. */
function mlflow(url: URL, body: Record<string, unknown>): Answer {
  const place = url.pathname.replace("/api/2.0/mlflow/", "");
  if (place === "experiments/search")
    return json({
      experiments: [
        { experiment_id: "0", name: "Default" },
        { experiment_id: "7", name: "squad" },
      ],
    });
  if (place === "runs/search") {
    const own = (body["experiment_ids"] as string[])[0] === "7";
    const run = (id: string) => ({
      info: { run_id: id, experiment_id: "7", status: id === "aa" ? "FINISHED" : "FAILED" },
      data: {
        metrics: [
          { key: "eval_exact_match", value: 1, timestamp: 1, step: 1 },
          { key: "system/cpu", value: 1, timestamp: 1, step: 1 },
        ],
        params: [{ key: "max_steps", value: "60" }],
      },
    });
    if (!own) return json({});
    return body["page_token"] === undefined
      ? json({ runs: [run("aa")], next_page_token: "2" })
      : json({ runs: [run("bb")] });
  }
  const from = Number(url.searchParams.get("page_token") ?? 0);
  if (url.searchParams.get("metric_key") !== "eval_exact_match")
    return { status: 500, text: "asked for a system metric" };
  const shift = url.searchParams.get("run_id") === "aa" ? 0.1 : 0.2;
  const metrics = [1, 2].map((at) => ({
    key: "eval_exact_match",
    value: from + at === 5 ? "NaN" : shift + (from + at) / 10,
    timestamp: from + at,
    step: 10 * (from + at),
  }));
  return json({ metrics, ...(from < 4 ? { next_page_token: String(from + 2) } : {}) });
}

describe("an MLflow tracking server", () => {
  test("is read page by page, one record a run", async () => {
    const { path } = await serve(mlflow);
    const report = await readLogs([path]);
    expect(report.files.map(({ format, status }) => [format, status])).toEqual([
      ["mlflow-server", "read"],
      ["mlflow-server", "read"],
    ]);
    expect(recordsOf(report)).toMatchObject([
      {
        sweep: "squad",
        metric: "exact_match",
        plannedSteps: 60,
        end: "unknown",
        points: [
          { step: 10, quality: 0.2 },
          {},
          {},
          {},
          { step: 50, quality: null },
          { step: 60, quality: 0.7 },
        ],
      },
      { end: "crashed", points: [{ quality: expect.closeTo(0.3) as number }, {}, {}, {}, {}, {}] },
    ]);
  });

  test("is asked for one experiment, by name; another is refused with the names there are", async () => {
    const { path } = await serve(mlflow);
    expect((await readLogs([`${path}?experiment=squad`])).files).toHaveLength(2);
    expect((await readLogs([`${path}?experiment=Default`])).files).toHaveLength(0);
    await expect(readLogs([`${path}?experiment=nli`])).rejects.toThrow(
      /has no experiment nli; it has Default, squad/,
    );
  });

  test("is given the token or the name and password of MLflow's variables", async () => {
    const { path, asked } = await serve(mlflow);
    await readMlflowServer(path, { MLFLOW_TRACKING_TOKEN: "t" });
    await readMlflowServer(path, { MLFLOW_TRACKING_USERNAME: "u", MLFLOW_TRACKING_PASSWORD: "p" });
    expect(asked[0]?.authorization).toBe("Bearer t");
    expect(asked.at(-1)?.authorization).toBe(`Basic ${Buffer.from("u:p").toString("base64")}`);
  });

  test.each([
    ["another form", (): Answer => json({ experiments: 3 }), /answers in another form/],
    ["a page of HTML", (): Answer => ({ text: "<html>" }), /is no JSON/],
    [
      "a refusal",
      (): Answer => ({ status: 401, text: "" }),
      /answers with status 401\. Set MLFLOW_TRACKING_TOKEN/,
    ],
    ["silence", (): Answer => "never", /does not answer within 0\.2 s/],
  ])("that gives %s costs one line", async (_, answer, message) => {
    const { path } = await serve(answer);
    await expect(readMlflowServer(path, { MLFLOW_HTTP_REQUEST_TIMEOUT: "0.2" })).rejects.toThrow(message);
  });

  test("that does not run, and an address that is none, cost one line without the password", async () => {
    await expect(readLogs(["mlflow+http://u:secret@127.0.0.1:9"])).rejects.toThrow(
      /^the MLflow server at http:\/\/127\.0\.0\.1:9 [^\n]*mlflow server/,
    );
    await expect(readLogs(["mlflow+ftp://u:secret@host"])).rejects.toThrow(
      /must be named mlflow\+http:\/\/HOST[^\n]*mlflow\+ftp:\/\/host/,
    );
  });

  test("a server that gives one page for ever is not asked for ever", async () => {
    const { path, asked } = await serve(() => json({ experiments: [], next_page_token: "again" }));
    expect(await readMlflowServer(path, {})).toEqual([]);
    expect(asked.length).toBeLessThan(4);
  });
});

test("wandb: names the line that exports the runs of the project", () => {
  expect(() => splitServers(["wandb:me/squad"])).toThrow(
    /read from an export, not over the network\. Export them[^\n]*runs\('me\/squad'\)/,
  );
  expect(() => splitServers(["wandb://"])).toThrow(/runs\('ENTITY\/PROJECT'\)/);
});
