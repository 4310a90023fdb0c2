import { type Json, InvalidInputError } from "@stopwise/core";
import { randomFrom } from "@stopwise/core/random";
import { describe, expect, test } from "vitest";
import type { LiveCheckpoint } from "./live-checkpoint.ts";
import { createStopper } from "./stopper.ts";

const patience = { version: 1, criterion: "staleness", threshold: 3 };
const target = { version: 1, criterion: "target", params: { level: 0.9 }, threshold: 0 };

const rising = (step: number): LiveCheckpoint => ({ step, tokens: step * 512, quality: 0.1 + step / 10_000 });

describe("a checkpoint at the door", () => {
  test.each([
    [
      "a percentage",
      { step: 100, quality: 3.5 },
      /quality must be in \[0, 1\], got 3\.5\. .*scale "percent"/,
    ],
    ["a reward", { step: 100, quality: -4 }, /quality must be in \[0, 1\], got -4/],
    ["a number in quotes", { step: 100, quality: "0.732" }, /quality must be a number, got "0\.732"/],
    ["a flag as loss", { step: 100, evalLoss: true }, /evalLoss must be a number, got true/],
    ["no step", { quality: 0.5 }, /needs its step/],
    ["a step that is NaN", { step: Number.NaN, quality: 0.5 }, /step must be a finite number >= 0, got NaN/],
    ["a negative step", { step: -1, quality: 0.5 }, /step must be a finite number >= 0, got -1/],
    ["a step beyond all", { step: 1e15, quality: 0.5 }, /step 1000000000000000 cannot follow/],
    ["negative tokens", { step: 100, tokens: -5, quality: 0.5 }, /tokens must be >= 0, got -5/],
    ["snake case", { step: 100, eval_loss: 0.5 }, /no field "eval_loss"\. Pass it as evalLoss/],
    ["another name", { step: 100, exact_match: 0.5 }, /no field "exact_match"\. Pass it as quality/],
    ["a list", [1, 2], /must be an object, got \[1,2\]/],
    ["nothing", null, /must be an object, got null/],
  ])("refuses %s in one line", (_what, checkpoint, message) => {
    const stopper = createStopper(target);
    expect(() => stopper.observe(checkpoint as LiveCheckpoint)).toThrow(InvalidInputError);
    expect(() => stopper.observe(checkpoint as LiveCheckpoint)).toThrow(message);
  });

  test("takes what is missing, not finite, or a metric of one's own", () => {
    const stopper = createStopper(patience);
    const checkpoint = { step: 100, quality: Number.NaN, evalLoss: null, rouge1: 0.4, quality_em: "high" };
    expect(stopper.observe(checkpoint).action).toBe("continue");
  });

  test("a negative correlation is a quality", () => {
    expect(createStopper(patience).observe({ step: 1, quality: -0.3 }).action).toBe("continue");
  });

  test.each([
    ["a planned run", { planned: { steps: 1_000 } }, 1e6],
    ["a run without a plan", {}, 1e9],
  ])("one bad step does not freeze %s", (_what, context, bad) => {
    const with_ = createStopper(patience, context);
    const without = createStopper(patience, context);
    for (let step = 10; step <= 200; step += 10) {
      if (step === 100)
        expect(() => with_.observe({ ...rising(step), step: bad })).toThrow(InvalidInputError);
      expect(with_.observe(rising(step))).toEqual(without.observe(rising(step)));
    }
    expect(with_.state()).toEqual(without.state());
  });

  test("after any error the next good checkpoint decides as if the bad one had not come", () => {
    const bad = [{ step: 55, quality: 70 }, { step: "60" }, { step: 65, tokens: "many" }, { step: 1e15 }];
    const disturbed = createStopper(patience);
    const calm = createStopper(patience);
    for (let step = 10; step <= 100; step += 10) {
      for (const checkpoint of bad) {
        expect(() => disturbed.observe(checkpoint as LiveCheckpoint)).toThrow(InvalidInputError);
      }
      const good = { step, quality: step < 50 ? step / 100 : 0.4 };
      expect(disturbed.observe(good)).toEqual(calm.observe(good));
    }
  });
});

describe("scale", () => {
  test("percent is converted at the door: same decisions as shares", () => {
    const percent = createStopper(target, { scale: "percent" });
    const unit = createStopper(target);
    for (const [i, quality] of [3.5, 42, 88, 91.5].entries()) {
      const step = 100 * (i + 1);
      const [a, b] = [percent.observe({ step, quality }), unit.observe({ step, quality: quality / 100 })];
      expect(a).toEqual(b);
    }
    expect(percent.observe({ step: 500, quality: 91.5 }).action).toBe("stop");
  });

  test("percent beyond 100 is refused, and a state pins its scale", () => {
    const percent = createStopper(target, { scale: "percent" });
    expect(() => percent.observe({ step: 1, quality: 101 })).toThrow(
      /quality must be in \[0, 100\], got 101/,
    );
    percent.observe({ step: 1, quality: 10 });
    expect(() => createStopper(target, { state: percent.state() })).toThrow(
      "state belongs to scale percent, the stopper has scale unit",
    );
  });
});

describe("signals that come and go", () => {
  test("tokens that are missing later go on at the rate so far, with a warning", () => {
    const budget = { version: 1, criterion: "budget", params: { unit: "tokens" }, threshold: 4_000 };
    const stopper = createStopper(budget);
    expect(stopper.observe({ step: 1, tokens: 1_000, quality: 0.1 }).warning).toBeUndefined();
    const decision = stopper.observe({ step: 2, quality: 0.2 });
    expect(decision.warning).toBe("tokens is missing at step 2, but was reported before.");
    expect(decision.tokens).toBe(2_000);
    expect(stopper.observe({ step: 4, quality: 0.2 }).action).toBe("stop");
  });

  test("a quality that is no longer reported is told", () => {
    const stopper = createStopper(patience);
    stopper.observe({ step: 1, quality: 0.1, evalLoss: 1 });
    expect(stopper.observe({ step: 2 }).warning).toBe(
      "quality and evalLoss are missing at step 2, but were reported before.",
    );
  });
});

describe("state", () => {
  const policy = { version: 1, criterion: "anyOf", of: [patience, target] };
  const observed = (): Json => {
    const stopper = createStopper(policy);
    for (let step = 10; step <= 60; step += 10) stopper.observe(rising(step));
    return JSON.parse(JSON.stringify(stopper.state())) as Json;
  };

  test("survives a round trip through JSON", () => {
    const resumed = createStopper(policy, { state: observed() });
    const straight = createStopper(policy);
    for (let step = 10; step <= 60; step += 10) straight.observe(rising(step));
    expect(resumed.observe(rising(70))).toEqual(straight.observe(rising(70)));
    expect(resumed.state()).toEqual(straight.state());
  });

  test("every change of its text is refused, whatever it is (seed 7)", () => {
    const text = JSON.stringify(observed());
    const next = randomFrom(7);
    const marks = '0123456789{}[]",:.-antrue ';
    let changed = 0;
    for (let trial = 0; trial < 3_000; trial++) {
      const at = Math.floor(next() * text.length);
      const mark = marks[Math.floor(next() * marks.length)]!;
      const damaged = next() < 0.2 ? text.slice(0, at) : text.slice(0, at) + mark + text.slice(at + 1);
      let state: Json;
      try {
        state = JSON.parse(damaged) as Json;
      } catch {
        continue; // not even JSON: the caller's parser says so
      }
      if (JSON.stringify(state) === text) continue;
      changed++;
      expect(() => createStopper(policy, { state }), damaged).toThrow(InvalidInputError);
    }
    expect(changed).toBeGreaterThan(500);
  });

  test("a state that nests deeper than the stack is refused", () => {
    let rule: Json = 1;
    for (let depth = 0; depth < 20_000; depth++) rule = [rule];
    const state = { ...(observed() as object), rule } as unknown as Json;
    expect(() => createStopper(policy, { state })).toThrow("state was changed");
  });
});

test("a policy of another model is refused with both names", () => {
  const learned = { version: 1, criterion: "remaining-gain", model: "sha256:aa", threshold: 0.5 };
  expect(() => createStopper(learned, { modelHash: "sha256:bb" })).toThrow(
    "the policy belongs to model sha256:aa, the model given is sha256:bb.",
  );
});

test("a policy nested 20,000 deep is one line", () => {
  let policy: unknown = patience;
  for (let depth = 0; depth < 20_000; depth++) policy = { version: 1, criterion: "anyOf", of: [policy] };
  expect(() => createStopper(policy)).toThrow("the policy nests more than 16 composites.");
});
