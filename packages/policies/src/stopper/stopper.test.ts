import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createStopper } from "./stopper.ts";

const policy = { version: 1, criterion: "staleness", threshold: 2 };
const at = (step: number, quality: number) => ({ step, quality });

test("a decision explains itself", () => {
  const stopper = createStopper(policy);
  stopper.observe(at(100, 0.5));
  expect(stopper.observe(at(200, 0.5))).toEqual({
    action: "continue",
    reason: "Going on: staleness is 1, stops when >= 2.",
    criterion: "staleness",
    value: 1,
    threshold: 2,
    step: 200,
    tokens: null,
  });
  expect(stopper.observe(at(300, 0.5)).reason).toBe(
    "Stopped because quality has not improved for 2 evaluations: staleness 2 >= 2.",
  );
});

test("a stop is final", () => {
  const stopper = createStopper(policy);
  for (const step of [1, 2, 3]) stopper.observe(at(step, 0.5));
  expect(stopper.observe(at(4, 0.9))).toMatchObject({ action: "stop", step: 3 });
});

test("a step that is repeated or lies behind is not counted again", () => {
  const stopper = createStopper(policy);
  stopper.observe(at(100, 0.5));
  stopper.observe(at(200, 0.5));
  expect(stopper.observe(at(200, 0.5))).toMatchObject({ action: "continue", step: 200, value: 1 });
  expect(stopper.observe(at(150, 0.4))).toMatchObject({ action: "continue", step: 200, value: 1 });
  expect(stopper.observe(at(300, 0.5)).action).toBe("stop");
});

test("step 0 never stops", () => {
  const eager = createStopper({ version: 1, criterion: "staleness", threshold: 0 });
  expect(eager.observe(at(0, 0.5)).action).toBe("continue");
  expect(eager.observe(at(1, 0.6)).action).toBe("stop");
});

test("a step that is no number is refused", () => {
  expect(() => createStopper(policy).observe(at(Number.NaN, 0.5))).toThrow(
    "step must be a finite number >= 0, got NaN. Pass the optimiser step of the evaluation.",
  );
});

test("a resumed stopper decides as if it had never been interrupted", () => {
  const curve = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(curve, fc.nat(11), (values, cut) => {
      const whole = createStopper(policy);
      let resumed = createStopper(policy);
      values.forEach((value, i) => {
        if (i === cut)
          resumed = createStopper(policy, { state: JSON.parse(JSON.stringify(resumed.state())) as never });
        expect(resumed.observe(at(10 * (i + 1), value / 5))).toEqual(
          whole.observe(at(10 * (i + 1), value / 5)),
        );
      });
    }),
  );
});

test("a state belongs to its policy and its model", () => {
  const state = createStopper(policy).state();
  const { policy: hash } = state as { policy: string };
  const other = createStopper({ ...policy, threshold: 3 }).state() as { policy: string };
  expect(() => createStopper({ ...policy, threshold: 3 }, { state })).toThrow(
    `state belongs to policy ${hash}, the stopper has policy ${other.policy}.`,
  );
  expect(() => createStopper(policy, { state, modelHash: "sha256:ab" })).toThrow(
    "state belongs to model null, the stopper has model sha256:ab.",
  );
  expect(() => createStopper(policy, { state: { a: 1 } })).toThrow("state is not that of a stopper.");
});
