import { InvalidInputError, neverStop, simplePolicySchema, type SimplePolicy } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { adapterFor, adapters } from "./registry.ts";

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

describe.each(adapters)("the contract: $target", (adapter) => {
  test("never-stop can be expressed", () => {
    expect(adapter.obstacles(neverStop)).toEqual([]);
    expect(adapter.configOf(neverStop, { task }).target).toBe(adapter.target);
  });

  test("is found by its name and aliases in any case", () => {
    for (const name of [adapter.target, ...adapter.aliases]) {
      expect(adapterFor(name.toUpperCase())).toBe(adapter);
    }
  });

  test("the settings survive JSON", () => {
    const config = adapter.configOf(staleness(), { task });
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });
});

test("an unknown trainer is one clear line", () => {
  expect(() => adapterFor("pandas")).toThrow(
    "--target must be one of huggingface, json, got pandas. Use --target json for the policy itself.",
  );
});

describe("huggingface", () => {
  const huggingface = adapterFor("huggingface");
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
    [{ params: { unit: "evals", minDelta: 0.01, minDeltaMode: "deadBand" } }, /ratchet, not a dead band/],
    [{ threshold: 0 }, /integer >= 1/],
    [{ threshold: null }, /integer >= 1/],
    [{ params: { unit: "tokenShare" } }, /not tokenShare/],
    [{ compare: ">" }, />=/],
    [{ warmup: { evals: 2, updatesBest: true } }, /cannot move the best/],
    [{ warmup: { steps: 100, updatesBest: false } }, /warm-up counts evaluations/],
    [{ nan: "stop" }, /NaN counts as stale/],
    [{ delivery: "last" }, /best checkpoint/],
    [{ criterion: "slope" }, /no slope rule/],
  ])("refuses %o", (fields, why) => {
    expect(() => huggingface.configOf(staleness(fields), { task })).toThrow(why);
  });

  test("a release that is none is refused", () => {
    expect(() => huggingface.configOf(staleness(), { task, version: "latest" })).toThrow(
      "--target-version must be a release such as 5.18.0, got latest. Run `pip show transformers` to find yours.",
    );
  });
});
