import { readdirSync } from "node:fs";
import { neverStop, type Policy, type SimplePolicy } from "@stopwise/core";
import { parsePolicy, replay } from "@stopwise/policies";
import { describe, expect, test } from "vitest";
import { differenceOf } from "./difference.ts";
import { trainerFor, trainers } from "./registry.ts";
import { stopIndex } from "./semantics/stop-index.ts";
import { randomCurves, randomPolicies } from "./testing/random-cases.ts";
import type { Expressed, HeldStop, Trainer } from "./trainer.ts";

const task = { maxSteps: 8000, evals: 40, metric: "exact_match" };
const curves = randomCurves(30, 11);
const policies = randomPolicies(240, 12);

const expressed = (trainer: Trainer, fidelity: string): SimplePolicy[] =>
  policies.filter((policy) => trainer.expressible(policy).fidelity === fidelity);

/** Curves on which a trainer is said to do exactly what it carries out. */
function curvesFor({ unless }: Expressed, held: HeldStop): typeof curves {
  const first = held.skipped !== undefined && "evals" in held.skipped ? held.skipped.evals : 0;
  const missing = {
    "the first value is missing": (all: Float64Array) => Number.isNaN(all[first]),
    "a value is missing": (all: Float64Array) => all.some(Number.isNaN),
  };
  return unless === undefined ? curves : curves.filter((curve) => !missing[unless](curve[held.monitor]));
}

/** Where settings that were read back stop a curve, by the trainer's own rule. */
function heldStopIndex(trainer: Trainer, held: HeldStop, curve: (typeof curves)[number]): number | null {
  if (held.rule === null) return null;
  const values = Array.from(curve[held.monitor]);
  const first = held.skipped !== undefined && "evals" in held.skipped ? held.skipped.evals : 0;
  const index = stopIndex(trainer.semantics!.name, values.slice(first), held.rule);
  return index === null ? null : index + first;
}

test("every folder with settings is registered, and nothing else", () => {
  const folders = readdirSync(new URL(".", import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .filter(({ name }) => readdirSync(new URL(name, import.meta.url)).includes("settings.ts"))
    .map(({ name }) => name);
  const registered = new Set(trainers.map(({ name }) => name.replace("lightning-cli", "lightning")));
  expect([...registered].sort()).toEqual(folders.sort());
});

test("no two trainers answer to one name", () => {
  const names = trainers.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(trainers.map((trainer) => [trainer.name, trainer] as const))(
  "the contract: %s",
  (_, trainer) => {
    const settled = (policy: Policy) => trainer.configOf(policy, { task: taskOf(policy) });

    test("never-stop can be expressed, and its settings stop nothing", () => {
      expect(trainer.expressible(neverStop)).toMatchObject({ fidelity: "exact", carried: neverStop });
      const config = settled(neverStop);
      expect(config.target).toBe(trainer.name);
      if (trainer.heldStop !== undefined) expect(trainer.heldStop(config.settings).rule).toBeNull();
    });

    test("is found by its name and aliases in any case", () => {
      for (const name of [trainer.name, ...trainer.aliases])
        expect(trainerFor(name.toUpperCase())).toBe(trainer);
    });

    test("settings survive JSON, and what is pasted holds every one of them", () => {
      for (const policy of expressed(trainer, "exact").slice(0, 20)) {
        const config = settled(policy);
        expect(JSON.parse(JSON.stringify(config))).toEqual(config);
        expect(config.snippet.text).toMatch(/\n$/);
        if (trainer.heldStop === undefined) continue;
        const held = trainer.heldStop(config.settings);
        if (held.rule !== null) expect(config.snippet.text).toContain(String(held.rule.patience));
      }
    });

    test("settings parse back to what is carried out", () => {
      for (const policy of [...expressed(trainer, "exact"), ...expressed(trainer, "approximate")]) {
        const { carried } = trainer.expressible(policy);
        if (trainer.heldStop === undefined || carried === null || "of" in carried) continue;
        const held = trainer.heldStop(settled(policy).settings);
        expect(held.monitor).toBe(carried.monitor);
        expect(held.delivery).toBe(carried.delivery);
        expect(held.rule!.mode).toBe(carried.direction);
        if (carried.warmup?.evals !== undefined)
          expect(held.skipped).toEqual({ evals: carried.warmup.evals });
        if (trainer.name !== "optuna") {
          expect(held.rule!.minDelta).toBeCloseTo(Number(carried.params["minDelta"]), 12);
        }
      }
    });

    test("what is called exact stops exactly where the replayed policy stops", () => {
      let stops = 0;
      for (const policy of expressed(trainer, "exact")) {
        if (trainer.heldStop === undefined) return;
        const held = trainer.heldStop(settled(policy).settings);
        const judged = curvesFor(trainer.expressible(policy), held);
        expect(judged.length).toBeGreaterThan(curves.length / 2);
        for (const curve of judged) {
          const wanted = replay(policy, curve).stopIndex;
          expect(heldStopIndex(trainer, held, curve), JSON.stringify({ policy, held })).toBe(wanted);
          if (wanted !== null) stops++;
        }
      }
      if (trainer.heldStop !== undefined) expect(stops).toBeGreaterThan(0);
    });

    test("what is approximate stops where the policy stops that is said to be carried out", () => {
      for (const policy of expressed(trainer, "approximate")) {
        if (trainer.heldStop === undefined) return;
        const { carried, fields } = trainer.expressible(policy);
        expect(fields.some(({ fidelity, note }) => fidelity === "approximate" && note !== "")).toBe(true);
        expect(trainer.expressible(carried!).fidelity).toBe("exact");
        const held = trainer.heldStop(settled(policy).settings);
        for (const curve of curvesFor(trainer.expressible(policy), held)) {
          expect(heldStopIndex(trainer, held, curve), JSON.stringify({ policy, held })).toBe(
            replay(carried!, curve).stopIndex,
          );
        }
      }
    });

    test("the size of an approximation is that of its replay", () => {
      const policy = expressed(trainer, "approximate")[0];
      if (policy === undefined) return;
      const { carried } = trainer.expressible(policy);
      const measured = trainer.configOf(policy, {
        task: taskOf(policy),
        measure: (asked, done) => differenceOf(asked, done, curves),
      });
      const mean = (of: Policy, what: "saving" | "emLoss"): number =>
        curves.reduce((sum, curve) => sum + replay(of, curve)[what], 0) / curves.length;
      expect(measured.difference!.nRuns).toBe(curves.length);
      expect(measured.difference!.saving).toBeCloseTo(mean(carried!, "saving") - mean(policy, "saving"), 9);
      expect(measured.difference!.emLoss).toBeCloseTo(mean(carried!, "emLoss") - mean(policy, "emLoss"), 9);
      expect(measured.difference!.sentence).toMatch(/^on 30 past runs: saves [\d.]+ % (more|less), loses/);
    });

    test("what is impossible is refused with its reason and an alternative", () => {
      const tokenShare = parsePolicy({
        version: 1,
        criterion: "staleness",
        threshold: 0.3,
        params: { unit: "tokenShare" },
      });
      for (const policy of [tokenShare, ...expressed(trainer, "impossible").slice(0, 10)]) {
        const { fidelity, fields, carried, instead } = trainer.expressible(policy);
        if (fidelity === "exact") continue;
        expect(carried).toBeNull();
        expect(fields.some((field) => field.fidelity === "impossible" && field.note !== "")).toBe(true);
        expect(instead).toMatch(/\w+.*\.$/);
        expect(() => settled(policy)).toThrow(`${trainer.title} cannot carry out this policy: `);
        expect(() => settled(policy)).toThrow(instead);
      }
    });
  },
);

/** A task that a trainer which watches losses alone can be asked about. */
function taskOf(policy: Policy): object {
  return "monitor" in policy && policy.monitor === "evalLoss" ? { ...task, metric: "eval_loss" } : task;
}
