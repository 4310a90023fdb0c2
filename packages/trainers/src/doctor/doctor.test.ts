import { describe, expect, test } from "vitest";
import { neverStop } from "@stopwise/core";
import {
  configurationsOf,
  diagnose,
  doctorRules,
  patchOf,
  settingsInUse,
  UnreadConfiguration,
} from "../doctor.ts";
import { trainers } from "../registry.ts";
import { randomPolicies } from "../testing/random-cases.ts";
import { ruleCases } from "../testing/rule-cases.ts";

test("there are forty rules and more, each under its own name, with a case", () => {
  const ids = doctorRules.map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(40);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(ruleCases).sort()).toEqual([...ids].sort());
});

describe.each(doctorRules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  const { file, wrong, right, on, release } = ruleCases[id]!;
  const found = (text: string) => diagnose(text, file, release).filter((finding) => finding.rule === id);

  test("fires once, on its line, with a fix and a source", () => {
    const [finding, ...others] = found(wrong);
    expect(finding).toMatchObject({ rule: id, file, severity: rule.severity, source: rule.source });
    expect(others).toEqual([]);
    expect(wrong.split("\n")[finding!.line! - 1]).toContain(on);
    for (const text of [finding!.message, finding!.fix]) expect(text).toMatch(/^[\w].*\.$/);
    expect(rule.when).not.toBe("");
  });

  test("leaves what is near to it and right alone", () => {
    expect(found(right)).toEqual([]);
  });

  test("is silent once its fix is applied", () => {
    const edit = found(wrong)[0]!.edit;
    if (edit === undefined) return;
    const fixed = wrong.slice(0, edit.from) + edit.text + wrong.slice(edit.to);
    expect(fixed).not.toBe(wrong);
    expect(found(fixed)).toEqual([]);
  });
});

test("what is right in every case is free of errors of its own kind", () => {
  for (const [id, { file, right, release }] of Object.entries(ruleCases)) {
    const others = diagnose(right, file, release).filter(({ severity }) => severity === "error");
    expect(
      others.map(({ rule }) => rule),
      id,
    ).toEqual([]);
  }
});

const task = { maxSteps: 8000, evals: 40, metric: "exact_match" };
const names: Readonly<Record<string, string>> = { python: "run.py", yaml: "run.yaml", json: "run.json" };
const readable = new Set([
  "huggingface",
  "trl",
  "unsloth",
  "axolotl",
  "llama-factory",
  "ms-swift",
  "lightning",
  "lightning-cli",
  "keras",
  "composer",
  "fastai",
  "optuna",
  "lightgbm",
  "xgboost",
  "together",
]);

test.each(
  trainers.filter(({ name }) => readable.has(name)).map((trainer) => [trainer.name, trainer] as const),
)("the settings of %s go through the doctor without a finding", (name, trainer) => {
  let read = 0;
  for (const policy of randomPolicies(120, 5)) {
    // A level to beat asks for a long patience, and the last checkpoint for a reason: the doctor asks back.
    if (policy.params["baseline"] !== undefined || policy.delivery !== "best") continue;
    if (trainer.expressible(policy).fidelity === "impossible") continue;
    const metric = policy.monitor === "evalLoss" ? "eval_loss" : "exact_match";
    const { snippet } = trainer.configOf(policy, { task: { ...task, metric } });
    // A request to Together stands beside its files; an Axolotl or swift file has more keys than the stop's.
    const text =
      name === "together"
        ? snippet.text.replace("{", '{"training_file": "a", "validation_file": "b",')
        : `${({ axolotl: "base_model: m\nval_set_size: 0.1\n", "llama-factory": "stage: sft\nmodel_name_or_path: m\nval_size: 0.1\n", "ms-swift": "train_type: lora\nsplit_dataset_ratio: 0.1\n" } as Readonly<Record<string, string>>)[name] ?? ""}${snippet.text}`;
    expect(diagnose(text, names[snippet.language]!), text).toEqual([]);
    read++;
  }
  expect(read).toBeGreaterThan(0);
  expect(trainer.expressible(neverStop).fidelity).toBe("exact");
});

test("what is computed, open or elsewhere stays unknown and fires nothing", () => {
  const text = `
from transformers import TrainingArguments, Trainer, EarlyStoppingCallback
args = TrainingArguments("out", eval_steps=N, save_steps=cfg.save, load_best_model_at_end=flag(), **more)
trainer = Trainer(model, args, callbacks=make(), **kwargs)
stop = EarlyStoppingCallback(early_stopping_patience=int(p))
`;
  expect(diagnose(text, "train.py")).toEqual([]);
});

test("a comment on the line takes a finding back", () => {
  const { wrong, file } = ruleCases["HF-5"]!;
  const allowed = (rule: string) =>
    diagnose(wrong.replace("threshold=0.01)", `threshold=0.01)  # doctor: allow ${rule}`), file);
  expect(allowed("HF-5")).toEqual([]);
  expect(allowed("HF-4").map(({ rule }) => rule)).toEqual(["HF-5"]);
});

test.each([
  ["a: 1\n", "it is no configuration of a trainer that the doctor knows"],
  ["- 1\n", "it holds no settings by name"],
  ["a: [1\n", /Flow sequence/],
])("what is no configuration is said to be none: %.20j", (text, why) => {
  expect(() => configurationsOf(text, "a.yaml")).toThrow(UnreadConfiguration);
  expect(() => configurationsOf(text, "a.yaml")).toThrow(why);
});

test.each([
  ["a.yaml", "["],
  ["a.py", "TrainingArguments("],
])("what nests deeper than can be followed costs this file alone: %s", (file, opening) => {
  expect(() => configurationsOf(opening.repeat(5_000), file)).toThrow("it nests too deep");
});

test("W&B's config and a trainer's state are read through their wrapping", () => {
  const wandb = `wandb_version: 1
_wandb:
  value: {}
eval_strategy:
  desc: null
  value: steps
eval_steps:
  value: 200
save_steps:
  value: 500
save_strategy:
  value: steps
load_best_model_at_end:
  value: true
`;
  expect(diagnose(wandb, "config.yaml")).toMatchObject([{ rule: "HF-1", line: 10 }]);
  const state = {
    global_step: 100,
    max_steps: 100,
    eval_steps: 50,
    save_steps: 50,
    log_history: [{ eval_loss: 1, step: 50 }],
    stateful_callbacks: {
      EarlyStoppingCallback: {
        args: { early_stopping_patience: 3, early_stopping_threshold: 0 },
        attributes: {},
      },
    },
  };
  const findings = diagnose(JSON.stringify(state, null, 1), "trainer_state.json");
  expect(findings.map(({ rule }) => rule)).toEqual(["HF-9"]);
});

test("settings in use become a policy of the trainer's own rule", () => {
  const inUse = (id: string) =>
    configurationsOf(ruleCases[id]!.wrong, ruleCases[id]!.file).map(settingsInUse);
  expect(inUse("HF-5")).toMatchObject([
    {
      name: "patience 3 with a margin of 0.01",
      policy: { monitor: "evalLoss", params: { minDeltaMode: "ratchet" } },
    },
  ]);
  expect(inUse("PL-5")).toMatchObject([
    { name: "patience 3", policy: { monitor: "quality", direction: "max" } },
  ]);
  expect(inUse("AX-3")).toMatchObject([{ name: "patience 3" }]);
});

test("a patch changes what it says and nothing else", () => {
  const text = "a: 1\nb: 2\nc: 3\n";
  expect(patchOf(text, "x.yaml", [{ from: 8, to: 9, text: "7" }])).toBe(
    "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,3 +1,3 @@\n a: 1\n-b: 2\n+b: 7\n c: 3\n",
  );
  expect(patchOf(text, "x.yaml", [])).toBe("");
});
