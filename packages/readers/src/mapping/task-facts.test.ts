import { expect, test } from "vitest";
import { InvalidInputError } from "@stopwise/core";
import { missingFactsYaml } from "./missing-facts.ts";
import { cleanUp, readFiles } from "../testing/reader-contract.ts";
import { factsFor, globPattern, parseRunFacts } from "./task-facts.ts";

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
])("the glob %s on %s: %s", (glob, path, matches) => {
  expect(globPattern(glob).test(path)).toBe(matches);
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

test("the file to fill in is valid, names what is missing, and works once filled in", async () => {
  const found = await readFiles({ "models/a/README.md": card });
  const text = missingFactsYaml({ files: found });
  expect(parseRunFacts(text)).toEqual({ runs: [{ path: "models/a/**" }] });
  for (const fact of found[0]!.runs[0]!.missing)
    expect(text).toContain(fact === "plan" ? "plannedSteps" : fact === "tokens" ? "tokensPerStep" : fact);
  const filled = parseRunFacts(text.replaceAll(/# (\w+: )/g, "$1"));
  expect(factsFor(filled, "models/a/README.md")).toMatchObject({
    task: "squad",
    evalSize: 1000,
    plannedSteps: 8000,
  });
  expect(missingFactsYaml({ files: [] })).toContain("runs: []");
});
