import { expect, test } from "vitest";
import { describeReader, readFiles, type ReaderFixture } from "../testing/reader-contract.ts";
import { mlflowMlruns } from "./mlflow-mlruns.ts";

const run = "mlruns/12/0123456789abcdef0123456789abcdef";
const meta = (more = "status: 3\nlifecycle_stage: active"): string =>
  `artifact_uri: file:///x\nrun_name: calm-owl-1\n${more}\n`;

const fixtures: ReaderFixture[] = [
  {
    name: "metrics by step with parameters",
    files: {
      [`${run}/meta.yaml`]: meta(),
      [`${run}/metrics/val/exact_match`]: "1000 0.25 10\n2000 nan 20\n3000 0.5 30\n",
      [`${run}/metrics/val/loss`]: "1000 2 10\n3000 1 30\n",
      [`${run}/metrics/train_loss`]: "900 3 10\n2900 1.5 30\n3100 1.5 35\n",
      [`${run}/params/learning_rate`]: "0.001",
      [`${run}/params/epochs`]: "5",
      [`${run}/params/model_name`]: "t5-small",
      [`${run}/tags/mlflow.runName`]: "calm-owl-1",
      "mlruns/12/meta.yaml": "name: an experiment\n",
    },
    earlier: {
      [`${run}/meta.yaml`]: meta("status: 1"),
      [`${run}/metrics/val/exact_match`]: "1000 0.25 10\n2000 0.3 20\n",
      [`${run}/metrics/val/loss`]: "1000 2 10\n",
    },
    primary: `${run}/`,
    runs: [
      {
        facts: {
          nEvalPoints: 2,
          lastStep: 35,
          metrics: ["val/exact_match", "val/loss"],
          firstEval: { step: 10, "val/exact_match": 0.25, "val/loss": 2 },
        },
        record: {
          group: null,
          model: "t5-small",
          plannedEpochs: 5,
          hyper: { lr: 0.001 },
          points: [
            { step: 10, quality: 0.25, trainLoss: 3 },
            { step: 20, quality: null },
            { step: 30, quality: 0.5 },
          ],
        },
      },
    ],
  },
  {
    name: "steps that are all 0 are numbered by time, two fields mean step 0",
    files: {
      [`${run}/meta.yaml`]: meta("status: 4"),
      [`${run}/metrics/test_accuracy`]: "3000 0.75\n1000 0.25\n2000 0.5\n",
    },
    primary: `${run}/`,
    runs: [
      {
        record: {
          end: "crashed",
          points: [
            { step: 1, quality: 0.25 },
            { step: 2, quality: 0.5 },
            { step: 3, quality: 0.75 },
          ],
        },
      },
    ],
  },
  {
    name: "a run that was deleted is said to be",
    files: { [`${run}/meta.yaml`]: meta("lifecycle_stage: deleted"), [`${run}/metrics/val_acc`]: "1 1 1\n" },
    primary: `${run}/`,
    runs: [{ facts: { nEvalPoints: 1 } }],
    warnings: [/marked as deleted/],
  },
  {
    name: "a store whose folder has another name",
    files: { [`tracking/${run.replace("mlruns/", "")}/metrics/val_acc`]: "1 0.25 10\n2 0.5 20\n" },
    primary: `tracking/${run.replace("mlruns/", "")}/`,
    runs: [{ facts: { nEvalPoints: 2, lastStep: 20 } }],
  },
];

describeReader(mlflowMlruns, fixtures);

test("every file of the folder names it, the experiment is no run", async () => {
  const found = await readFiles(fixtures[0]!.files);
  const others = found.filter(({ path }) => path !== `${run}/` && path !== "mlruns/12/meta.yaml");
  expect(others).toHaveLength(8);
  expect(new Set(others.map(({ partOf }) => partOf))).toEqual(new Set([`${run}/`]));
  expect(found.find(({ path }) => path === "mlruns/12/meta.yaml")).toMatchObject({ status: "skipped" });
});

test("broken lines cost only themselves", async () => {
  const found = await readFiles({
    [`${run}/metrics/val_acc`]: "1000 0.5 1\n\u0000garbage\n2000 0.6 2\n3000 0.",
  });
  const folder = found.find(({ path }) => path === `${run}/`);
  expect(folder?.runs[0]?.facts.nEvalPoints).toBe(2);
  expect(folder?.warnings.join(" ")).toMatch(/1 lines/);
});
