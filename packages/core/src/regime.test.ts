import { expect, test } from "vitest";
import { populationOf, regimeOf } from "./regime.ts";

test.each([
  [{ model: "bert-base-uncased" }, "fine-tuning", true],
  [{ model: "t5-d32-l1" }, "from-scratch", true],
  [{ family: "lstm" }, "from-scratch", true],
  [{ model: "gpt2", regime: "pre-training" as const }, "pre-training", false],
  [{}, "fine-tuning", true],
])("%o is %s", (facts, regime, assumed) => expect(regimeOf(facts)).toEqual({ regime, assumed }));

test("a population is a regime and a kind", () => {
  expect(populationOf("pre-training", "loss")).toBe("pre-training-loss");
  expect(populationOf("fine-tuning", "quality")).toBe("fine-tuning");
});
