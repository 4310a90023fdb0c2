import { InvalidInputError, simplePolicySchema, type SimplePolicy } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { trainerFor } from "./registry.ts";
import { targetList } from "./target-list.ts";

function staleness(fields: object = {}): SimplePolicy {
  return simplePolicySchema.parse({
    version: 1,
    criterion: "staleness",
    params: { unit: "evals", minDelta: 0 },
    threshold: 3,
    ...fields,
  });
}
const task = { maxSteps: 8000, evals: 40, metric: "exact_match" };

test("an unknown trainer is one clear line", () => {
  expect(() => trainerFor("pandas")).toThrow(
    /^--target must be one of axolotl, composer, .*, xgboost, got pandas\. Use --target json for the policy itself\.$/,
  );
});

describe("huggingface", () => {
  const huggingface = trainerFor("huggingface");
  const argumentsOf = (policy: SimplePolicy, context: Parameters<typeof huggingface.configOf>[1]) =>
    huggingface.configOf(policy, context).settings["TrainingArguments"]!;

  test("patience becomes callback and arguments that satisfy the Trainer's constraints", () => {
    const { settings } = huggingface.configOf(staleness(), { task });
    expect(settings).toEqual({
      EarlyStoppingCallback: { early_stopping_patience: 3, early_stopping_threshold: 0 },
      TrainingArguments: {
        eval_strategy: "steps",
        eval_steps: 200,
        save_strategy: "steps",
        save_steps: 200,
        load_best_model_at_end: true,
        metric_for_best_model: "eval_exact_match",
        greater_is_better: true,
        save_total_limit: 2,
        include_num_input_tokens_seen: true,
        restore_callback_states_from_checkpoint: true,
      },
    });
  });

  test("a warm-up of n evaluations delays to evaluation n + 1", () => {
    const policy = staleness({ warmup: { evals: 5, updatesBest: false } });
    expect(argumentsOf(policy, { task })["eval_delay"]).toBe(1200);
    expect(() => argumentsOf(policy, { task: {} })).toThrow(InvalidInputError);
  });

  test("without planned steps both cadences are the same share", () => {
    expect(argumentsOf(staleness(), { task: {} })).toMatchObject({ eval_steps: 0.025, save_steps: 0.025 });
    expect(argumentsOf(staleness({ threshold: 30 }), { task: {} })).toMatchObject({ eval_steps: 0.01667 });
  });

  test.each([
    [staleness({ monitor: "evalLoss", direction: "min" }), "exact_match", "eval_loss", false],
    [staleness(), "wer", "eval_wer", false],
    [staleness(), "eval_f1", "eval_f1", true],
  ])("metric key and direction", (policy, metric, key, greaterIsBetter) => {
    expect(argumentsOf(policy, { task: { ...task, metric } })).toMatchObject({
      metric_for_best_model: key,
      greater_is_better: greaterIsBetter,
    });
  });

  test.each([
    ["4.40.2", "evaluation_strategy"],
    ["4.41.0", "eval_strategy"],
    ["5.18.0", "eval_strategy"],
  ])("release %s says %s", (version, name) => {
    const settings = argumentsOf(staleness(), { task, version });
    expect(Object.keys(settings).filter((key) => key.startsWith("eval") && key.endsWith("strategy"))).toEqual(
      [name],
    );
  });

  test.each([
    [{ threshold: 0 }, /patience is at least 1/],
    [{ params: { unit: "tokenShare" } }, /not tokenShare/],
    [{ warmup: { tokens: 100, updatesBest: false } }, /warm-up counts evaluations or steps/],
    [{ criterion: "slope" }, /no slope rule/],
    [{ monitor: "gradNorm" }, /cannot watch gradNorm/],
    [{ params: { countAfter: 2 } }, /cannot leave evaluations out/],
    [{ action: { kind: "reduceLearningRate", factor: 0.5 } }, /changes no learning rate/],
  ])("refuses %o", (fields, why) => {
    expect(() => huggingface.configOf(staleness(fields), { task })).toThrow(why);
  });

  test.each([
    [{ params: { minDelta: 0.01 } }, "minDelta", { params: { minDelta: 0 } }],
    [{ warmup: { evals: 2, updatesBest: true } }, "warmup", { warmup: { updatesBest: false } }],
    [{ nan: "stop" }, "nan", { nan: "count" }],
  ])("says how near it comes to %o", (fields, field, carried) => {
    const expressed = huggingface.expressible(staleness(fields));
    expect(expressed).toMatchObject({ fidelity: "approximate", carried });
    expect(expressed.fields).toContainEqual(expect.objectContaining({ field, fidelity: "approximate" }));
  });

  test.each([
    [{ threshold: 2.5 }, 3],
    [{ threshold: 2, compare: ">" }, 3],
    [{ threshold: 2.5, compare: ">" }, 3],
  ])("%o is a patience of %d", (fields, patience) => {
    const { EarlyStoppingCallback: callback } = huggingface.configOf(staleness(fields), { task }).settings;
    expect(callback).toMatchObject({ early_stopping_patience: patience });
  });

  test("the last checkpoint is delivered by releases that do not insist on the best", () => {
    const policy = staleness({ delivery: "last" });
    expect(argumentsOf(policy, { task })["load_best_model_at_end"]).toBe(false);
    expect(huggingface.expressible(policy, "4.57.6").fidelity).toBe("impossible");
  });

  test("a warm-up in steps is the delay itself", () => {
    const policy = staleness({ warmup: { steps: 900, updatesBest: false } });
    expect(argumentsOf(policy, { task })["eval_delay"]).toBe(900);
  });

  test("a score in percent takes a margin in percent, an eval loss does not", () => {
    const ratchet = { minDelta: 0.002, minDeltaMode: "ratchet" };
    const threshold = (fields: object) =>
      huggingface.configOf(staleness({ params: ratchet, ...fields }), { task, scale: "percent" }).settings[
        "EarlyStoppingCallback"
      ]!["early_stopping_threshold"];
    expect(threshold({})).toBe(0.2);
    expect(threshold({ monitor: "evalLoss", direction: "min" })).toBe(0.002);
  });

  test("a release that is none is refused", () => {
    expect(() => huggingface.configOf(staleness(), { task, version: "latest" })).toThrow(
      "--target-version must be a release such as 5.18.0, got latest. Run `pip show transformers` to find yours.",
    );
  });
});

test("the list of targets says what each can express", () => {
  const rows = targetList();
  const row = (name: string) => rows.find(({ target }) => target === name)!.expresses;
  expect(row("huggingface")).toMatchObject({
    patience: "exact",
    "dead band": "approximate",
    ratchet: "exact",
  });
  expect(row("keras")).toMatchObject({ "dead band": "exact", "level to beat": "exact" });
  expect(row("together")).toMatchObject({ patience: "impossible", "counted after a warm-up": "exact" });
  expect(row("wandb")).toMatchObject({ patience: "impossible" });
  expect(new Set(Object.values(row("json")))).toEqual(new Set(["exact"]));
});

test("Axolotl refuses a metric that it would maximise, with what to watch instead", () => {
  const axolotl = trainerFor("axolotl");
  expect(() => axolotl.configOf(staleness(), { task: { ...task, metric: "wer" } })).toThrow(
    "Axolotl drops greater_is_better: false, so wer would be maximised. Watch eval_loss",
  );
});

test("a request to Together has evaluations enough for its patience", () => {
  const policy = staleness({
    monitor: "evalLoss",
    direction: "min",
    threshold: 6,
    params: { countAfter: 3 },
  });
  expect(trainerFor("together").configOf(policy, { task: { evals: 4 } }).settings["together"]).toMatchObject({
    n_evals: 10,
    early_stopping_patience: 6,
    early_stopping_warmup_evals: 3,
  });
});
