import { expect, test } from "vitest";
import { InvalidInputError } from "@stopwise/core";
import { missingFactsYaml } from "./missing-facts.ts";
import { cleanUp, readFiles } from "../testing/reader-contract.ts";
import { fitsGlob } from "./path-glob.ts";
import { factsFor, parseRunFacts } from "./task-facts.ts";

cleanUp();

const card = `---
tags: [generated_from_trainer]
---
### Training results

| Training Loss | Epoch | Step | Validation Loss | Accuracy | Exact Match |
|---|---|---|---|---|---|
| 1 | 1 | 10 | 1 | 0.2 | 0.1 |
| 1 | 2 | 20 | 1 | 0.4 | 0.2 |
`;

test.each([
  ["runs/*/log.csv", "runs/a/log.csv", true],
  ["runs/*/log.csv", "runs/a/b/log.csv", false],
  ["runs/**", "runs/a/b/log.csv", true],
  ["**/log.csv", "log.csv", true],
  ["**/log.csv", "runs/a/log.csv", true],
  ["./runs/**/x", "runs/x", true],
  ["run?.csv", "run1.csv", true],
  ["a.b", "axb", false],
  ["**", "any/thing", true],
  ["a/**/b/*.csv", "a/b/x.csv", true],
  ["a/**/b/*.csv", "a/c/d/b/x.csv", true],
  ["a/**/b/*.csv", "a/cb/x.csv", false],
  ["a/**", "ab/c", false],
  ["a**c", "a/b/c", true],
  ["x[1]{2}", "x[1]{2}", true],
  ["*", "", true],
  ["?", "", false],
])("the glob %s on %s: %s", (glob, path, matches) => {
  expect(fitsGlob(glob, path)).toBe(matches);
});

test("facts of the file reach the record, later entries and overrides win", async () => {
  const facts = parseRunFacts(`
runs:
  - path: "models/**"
    task: squad
    datasetSize: 1000
    hyper: { dropout: 0.1 }
  - path: ["models/b", "elsewhere"]
    datasetSize: 2000
    tokensPerStep: 512
`);
  const files = { "models/a/README.md": card, "models/b/README.md": card.replace("0.4", "0.5") };
  const found = await readFiles(files, { facts, overrides: { answerLength: 4 } });
  expect(found.map(({ runs }) => runs[0]?.record)).toMatchObject([
    { task: "squad", group: "squad", datasetSize: 1000, answerLength: 4, hyper: { dropout: 0.1 } },
    { datasetSize: 2000, answerLength: 4, points: [{ tokens: 5120 }, { tokens: 10240 }] },
  ]);
  expect(found[0]?.runs[0]?.missing).toEqual(["family", "params", "evalSize", "plan", "tokens"]);
});

test("a metric asked for in the file or by option wins, an absent one is named", async () => {
  const files = { "README.md": card };
  const metricOf = async (options: Parameters<typeof readFiles>[1]) => {
    const [file] = await readFiles(files, options);
    return [file?.runs[0]?.record?.metric, file?.warnings.join("\n")];
  };
  expect((await metricOf({}))[0]).toBe("exact_match");
  expect((await metricOf({ metric: "accuracy" }))[0]).toBe("accuracy");
  expect((await metricOf({ facts: { runs: [{ path: "**", metric: "eval_accuracy" }] } }))[0]).toBe(
    "accuracy",
  );
  expect((await metricOf({ metric: "rouge9" })).join(" ")).toMatch(
    /exact_match.*no usable metric "rouge9"; it has/s,
  );
});

test.each([
  ["runs: [", /stopwise\.yaml is no valid YAML/],
  ["runs:\n  - path: a\n    datasetsize: 5", /runs\.0: unknown field datasetsize; known are path, task/],
  ["runs:\n  - path: a\n    datasetSize: -5", /runs\.0\.datasetSize/],
  ["runs:\n  - task: a", /runs\.0\.path/],
  ["- path: a", /the document/],
])("refuses %j in one line", (text, message) => {
  expect(() => parseRunFacts(text)).toThrow(InvalidInputError);
  expect(() => parseRunFacts(text)).toThrow(message);
  try {
    parseRunFacts(text);
  } catch (error) {
    expect((error as Error).message).not.toContain("\n");
  }
});

test("globs take time in proportion to what they are matched with", () => {
  const began = performance.now();
  expect(fitsGlob("*a".repeat(12), `${"a".repeat(2000)}b`)).toBe(false);
  expect(fitsGlob("**/a".repeat(12), `${"a/".repeat(2000)}b`)).toBe(false);
  expect(performance.now() - began).toBeLessThan(1000);
});

test("numbers are written as in flags, and what is not filled in is not told", () => {
  const parsed = parseRunFacts(
    "runs:\n  - path: a\n    datasetSize: 20k\n    params: 1.5B\n    evalSize: 1_000\n    plannedSteps: 20,000\n    task:\n    family:\n",
  );
  expect(parsed.runs).toEqual([
    { path: "a", datasetSize: 20_000, params: 1.5e9, evalSize: 1000, plannedSteps: 20_000 },
  ]);
  expect(parseRunFacts("runs:\n")).toEqual({ runs: [] });
  for (const wrong of ["20q", "-5k", "k", '""', "[1]", "0"]) {
    expect(() => parseRunFacts(`runs:\n  - path: a\n    datasetSize: ${wrong}`)).toThrow(
      /stopwise\.yaml: runs\.0\.datasetSize: must be a number > 0 such as 20000 or 20k/,
    );
  }
  expect(() => parseRunFacts("[".repeat(5000))).toThrow(/nests too deep/);
});

test("the file to fill in is valid, names what is missing, suggests no value and works once filled in", async () => {
  const found = await readFiles({ "models/a/README.md": card });
  const text = missingFactsYaml({ files: found });
  expect(parseRunFacts(text)).toEqual({ runs: [{ path: "models/a/**" }] });
  for (const fact of found[0]!.runs[0]!.missing)
    expect(text).toContain(fact === "plan" ? "plannedSteps" : fact === "tokens" ? "tokensPerStep" : fact);
  const opened = text.replaceAll(/# (\w+:)/g, "$1");
  expect(parseRunFacts(opened)).toEqual({ runs: [{ path: "models/a/**" }] });
  const filled = parseRunFacts(opened.replace("evalSize:", "evalSize: 1k").replace("task:", "task: squad"));
  expect(factsFor(filled, "models/a/README.md")).toMatchObject({ task: "squad", evalSize: 1000 });
  expect(missingFactsYaml({ files: [] })).toContain("runs: []");
});

test("a task is asked about once: its seeds together, other tasks apart", async () => {
  const other = (last: number): string => card.replace("0.4", String(last));
  const files = Object.fromEntries<string>([
    ...[1, 2, 3, 4].map((seed): [string, string] => [
      `runs/qa-seed${seed}/README.md`,
      other(0.4 + seed / 100),
    ]),
    ...[1, 2].map((seed): [string, string] => [
      `runs/sum-seed${seed}/README.md`,
      other(0.5 + seed / 100).replaceAll("Exact Match", "Rouge1"),
    ]),
  ]);
  const report = { files: await readFiles(files) };
  const text = missingFactsYaml(report);
  expect(parseRunFacts(text).runs).toEqual([{ path: "runs/qa-seed*/**" }, { path: "runs/sum-seed*/**" }]);
  expect(text).toContain("# 4 runs\n");
  const only = Object.fromEntries(Object.entries(files).slice(0, 4));
  const alone = missingFactsYaml({ files: await readFiles(only) });
  expect(parseRunFacts(alone).runs).toEqual([{ path: "runs/**" }]);
  const told = { files: await readFiles(files, { overrides: { task: "both" } }) };
  expect(parseRunFacts(missingFactsYaml(told)).runs).toEqual([{ path: "runs/**" }]);
  // What the user's file has an entry for is not asked again.
  expect(parseRunFacts(missingFactsYaml(report, { runs: [{ path: "runs/qa-*" }] })).runs).toEqual([
    { path: "runs/sum-seed*/**" },
  ]);
});
