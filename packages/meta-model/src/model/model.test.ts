import { ModelFileError, runRecordSchema, type RunRecord, type SimplePolicy } from "@stopwise/core";
import { createStopper, isPlainPatience } from "@stopwise/policies";
import { beforeAll, describe, expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import { tunedTask } from "../portfolio/configuration.ts";
import { recommendFrom } from "../recommendation/recommend-from.ts";
import { deserializeModel, serializeModel, type StopwiseModel } from "./stopwise-model.ts";
import { trainModel } from "../training/train-model.ts";

/** Curves that rise to a plateau; the larger the data set, the later. */
function runs(nGroups: number, kind: "quality" | "loss" = "quality"): RunRecord[] {
  const random = randomFrom(8);
  return Array.from({ length: nGroups * 2 }, (_, index) => {
    const size = 10 ** (2 + (2 * (index % nGroups)) / nGroups);
    const rate = 4 / Math.log10(size);
    return runRecordSchema.parse({
      id: `run-${index}`,
      group: `group-${index % nGroups}`,
      metric: kind === "quality" ? "exact_match" : "eval_loss",
      kind,
      family: index % 3 === 0 ? "t5" : "gpt",
      datasetSize: size,
      answerLength: 4,
      params: index % 3 === 0 ? 6e7 : 1.2e8,
      end: "completed",
      hyper: { lr: 1e-4 * (1 + random()), batchSize: 16 },
      points: Array.from({ length: 20 }, (_, t) => {
        const done = 1 - Math.exp((-rate * (t + 1)) / 5);
        const noise = 0.002 * random();
        return kind === "quality"
          ? { step: (t + 1) * 100, quality: Math.round(800 * (done + noise)) / 1000 }
          : { step: (t + 1) * 100, value: 2 - done - noise };
      }),
    });
  });
}

let model: StopwiseModel;
beforeAll(() => {
  model = trainModel([...runs(60), ...runs(20, "loss")], {
    seed: 4,
    version: "7",
    trainedOn: "made-up runs",
  });
});

const task = {
  datasetSize: 1000,
  answerLength: 4,
  family: "t5",
  params: 6e7,
  maxSteps: 2000,
  evals: 20,
  metric: "exact_match",
};

describe("model file", () => {
  test("the same runs and seed give the same bytes; another seed gives others", () => {
    const again = trainModel([...runs(60), ...runs(20, "loss")], {
      seed: 4,
      version: "7",
      trainedOn: "made-up runs",
    });
    expect(Buffer.compare(serializeModel(again), serializeModel(model))).toBe(0);
    expect(again.hash).toBe(model.hash);
  });

  test("what is read answers as what was written", () => {
    const read = deserializeModel(serializeModel(model));
    expect(recommendFrom(read, task)).toEqual(recommendFrom(model, task));
    expect(JSON.parse(JSON.stringify(read))).toEqual({
      version: "7",
      trainedOn: "made-up runs",
      hash: model.hash,
    });
  });

  test("bytes at an odd offset are read as well", () => {
    const shifted = new Uint8Array(model.bytes.length + 3);
    shifted.set(model.bytes, 3);
    expect(recommendFrom(deserializeModel(shifted.subarray(3)), task)).toEqual(recommendFrom(model, task));
  });

  test.each([
    ["not a model", (bytes: Uint8Array) => bytes.fill(0, 0, 4), "this is not a stopwise model file."],
    ["another format", (bytes: Uint8Array) => bytes.fill(9, 8, 9), "the model file has format 9"],
    [
      "a flipped bit",
      (bytes: Uint8Array) => bytes.fill(bytes[5000]! ^ 1, 5000, 5001),
      "checksum does not fit",
    ],
    ["cut short", (bytes: Uint8Array) => bytes.subarray(0, 4000), "checksum does not fit"],
    ["empty", () => new Uint8Array(0), "this is not a stopwise model file."],
  ])("%s is refused", (_, damage, message) => {
    const damaged = damage(model.bytes.slice());
    expect(() => deserializeModel(damaged)).toThrow(ModelFileError);
    expect(() => deserializeModel(damaged)).toThrow(message);
  });
});

describe("recommendFrom", () => {
  test("certifies on enough groups, and shows its evidence", () => {
    const answer = recommendFrom(model, task);
    expect(answer.status).toBe("certified");
    expect(answer.certificate).toMatchObject({
      certified: true,
      event: "EM loss > 0.01",
      alpha: 0.1,
      scope: "new-task",
      metricClass: "match",
      nGroups: 30,
    });
    expect(answer.predicted.saving.mean).toBeGreaterThan(0);
    expect(answer.predicted.saving.low).toBeLessThanOrEqual(answer.predicted.saving.high);
    expect(answer.evidence[0]!.weight).toBeGreaterThan(0);
    expect(answer.evidence.map(({ weight }) => weight)).toEqual(
      answer.evidence.map(({ weight }) => weight).sort((a, b) => b - a),
    );
    expect(createStopper(answer.policy)).toBeDefined();
  });

  test("says how many groups are missing", () => {
    const answer = recommendFrom(model, task, { bound: "mean", maxLoss: 0.005 });
    expect(answer.status).toBe("uncertified");
    expect(answer.certificate).toMatchObject({ certified: false, missingGroups: 9 });
    expect(answer.certificate.statement).toBe(
      "Not certified: 9 more calibration groups are needed for mean 0.005.",
    );
  });

  test("a metric class without calibration groups is not certified by another", () => {
    const answer = recommendFrom(model, { ...task, metric: "bleu" });
    expect(answer.certificate).toMatchObject({ certified: false, metricClass: "overlap", nGroups: 0 });
  });

  test("outside the range of the past runs it names what lies outside, and still gives its best policy", () => {
    const answer = recommendFrom(model, { ...task, params: 7e10 });
    expect(answer.status).toBe("uncertified");
    expect(answer.policy.criterion).not.toBe("never");
    expect(answer.population!.outside).toEqual([{ fact: "params", value: 7e10, low: 6e7, high: 1.2e8 }]);
    expect(answer.certificate.reason).toBe("params 70B lies outside the past runs, which have 60M to 120M");
    expect(answer.distance.value).toBeGreaterThan(answer.distance.gate);
  });

  test("what is not told is missing, not near", () => {
    const answer = recommendFrom(model, { ...task, evals: null });
    expect(answer.status).toBe("uncertified");
    expect(answer.population).toMatchObject({ regime: "fine-tuning", assumed: true, missing: ["evals"] });
    expect(answer.advice["learned"]).toMatchObject({ status: "uncertified" });
  });

  test("a metric whose name tells nothing is not certified in the points of another", () => {
    const answer = recommendFrom(model, { ...task, metric: "foo" });
    expect(answer.status).toBe("uncertified");
    expect(answer.population!.missing).toEqual(["metricClass"]);
  });

  test("a population without runs abstains and names those that there are", () => {
    const answer = recommendFrom(model, { ...task, regime: "pre-training" });
    expect(answer.status).toBe("abstained");
    expect(answer.certificate.reason).toContain("seen no pre-training run; it knows fine-tuning");
  });

  test("runs whose group nobody told calibrate nothing", () => {
    const untold = runs(60).map((run) => ({ ...run, group: null, path: `folder-${run.id}` }));
    const answer = recommendFrom(trainModel(untold, { seed: 4 }), task);
    expect(answer.status).not.toBe("certified");
    expect(answer.certificate.nGroups).toBe(0);
    expect(answer.certificate.reason).toContain("the group of 120 runs is unknown");
  });

  test("only what can be carried out is recommended, and nobody is asked twice for the same", () => {
    let asked = 0;
    const expressible = (policy: SimplePolicy): boolean => {
      asked++;
      return isPlainPatience(policy) && policy.warmup === undefined;
    };
    const answers = [0.005, 0.02, 0.1].map((maxLoss) => recommendFrom(model, task, { maxLoss, expressible }));
    expect(asked).toBe(model.populations.get("fine-tuning")!.header.candidates.length);
    for (const { pareto, policy } of answers) {
      for (const each of [policy, ...pareto.map((point) => point.policy)])
        expect(isPlainPatience(each as SimplePolicy) && each.warmup === undefined).toBe(true);
    }
    expect(answers.some(({ policy }) => policy.criterion === "staleness")).toBe(true);
    const free = recommendFrom(model, task, { maxLoss: 0.1 });
    expect(free.pareto.length).toBeGreaterThanOrEqual(answers[2]!.pareto.length);
  });

  test("calibrations are shared by those who can carry the same out, and kept apart from the others", () => {
    const fresh = deserializeModel(serializeModel(model));
    const one = (policy: SimplePolicy): boolean => isPlainPatience(policy);
    const alike = (policy: SimplePolicy): boolean => isPlainPatience(policy);
    const other = (policy: SimplePolicy): boolean => policy.criterion === "never";
    const size = (expressible: typeof one): number => {
      recommendFrom(fresh, task, { maxLoss: 0.0123, expressible });
      return fresh.populations.get("fine-tuning")!.answers.calibrations.size;
    };
    const first = size(one);
    expect(size(alike)).toBe(first);
    expect(size(other)).toBe(first + 1);
  });

  test("loss-only tasks are answered by loss-only runs", () => {
    const answer = recommendFrom(
      model,
      { datasetSize: 1000, family: "t5", metricClass: "loss" as const },
      { maxLoss: 0.02, consider: ["data-fraction"] },
    );
    expect(answer.advice.consider?.reason).toContain("not for a loss");
    expect(answer.advice.consider?.variants).toEqual([]);
    expect(answer.certificate.metricClass).toBe("loss");
    expect(answer.certificate.event).toBe("relative loss increase > 0.02");
    if ("monitor" in answer.policy && answer.status !== "abstained")
      expect(answer.policy.monitor).toBe("evalLoss");
  });

  test("the front marks the recommended policy, and its hypervolume is that of its points", () => {
    const answer = recommendFrom(model, task, { bound: "mean", maxLoss: 0.01 });
    const marked = answer.pareto.filter((point) => point.chosen === true);
    expect(marked.length).toBeLessThanOrEqual(1);
    for (const point of marked) expect(point.policy).toEqual(answer.policy);
    const reached = answer.pareto.map((point, k) => point.saving - (answer.pareto[k - 1]?.saving ?? 0));
    const area = answer.pareto.reduce((sum, point, k) => sum + reached[k]! * (0.2 - point.emLoss), 0);
    expect(answer.hypervolume!.reference).toEqual({ saving: 0, emLoss: 0.2 });
    expect(answer.hypervolume!.value).toBeCloseTo(area / 0.2, 9);
    expect(answer.hypervolume!.value).toBeGreaterThan(0.1);
  });

  test("a weighted choice is the best point of the front at that worth, marked, and never certified", () => {
    const best = (pointWorth: number): number => {
      const { pareto } = recommendFrom(model, task);
      const scores = pareto.map(({ saving, emLoss }) => saving - 100 * pointWorth * emLoss);
      return scores.indexOf(Math.max(...scores));
    };
    const plain = recommendFrom(model, task);
    expect(plain.status).toBe("certified");
    for (const pointWorth of [0.001, 0.02, 0.5]) {
      const answer = recommendFrom(model, task, { pointWorth });
      const chosen = answer.pareto.findIndex((point) => point.chosen === true);
      expect(chosen).toBe(best(pointWorth));
      expect(answer.policy).toEqual(answer.pareto[chosen]!.policy);
      if (JSON.stringify(answer.policy) === JSON.stringify(plain.policy)) continue;
      expect(answer.status).toBe("uncertified");
      expect(answer.certificate).toMatchObject({ certified: false });
      expect(answer.certificate.statement).toContain("only the point that a bound fixed beforehand");
    }
    expect(recommendFrom(model, task, { pointWorth: 1e-4 }).pareto.at(-1)!.chosen).toBe(true);
  });

  test("where no saving is worth its loss the weighted choice abstains", () => {
    const answer = recommendFrom(model, task, { pointWorth: 1e9 });
    if (answer.pareto[1]!.emLoss > 0 && answer.pareto[0]!.saving === 0) {
      expect(answer).toMatchObject({ status: "abstained", policy: { threshold: null } });
      expect(answer.certificate.reason).toBe("no saving is predicted to be worth its loss");
    } else expect(answer.predicted.emLoss.mean).toBeCloseTo(0, 9);
  });

  test("the front rises in both, and starts at what costs nothing", () => {
    const { pareto } = recommendFrom(model, task);
    pareto.slice(1).forEach((point, index) => {
      expect(point.saving).toBeGreaterThan(pareto[index]!.saving);
      expect(point.emLoss).toBeGreaterThanOrEqual(pareto[index]!.emLoss);
    });
  });

  test("`last` delivery is not certified by outcomes of `best`", () => {
    const answer = recommendFrom(model, task, { delivery: "last" });
    expect(answer.status).not.toBe("certified");
    expect("delivery" in answer.policy && answer.policy.delivery).toBe("last");
  });

  test("few runs of one group give an uncertified answer", () => {
    const small = trainModel(runs(3), { seed: 1 });
    const answer = recommendFrom(small, task);
    expect(answer.status).not.toBe("certified");
    expect(answer.certificate.missingGroups).toBe(9);
  });

  describe("of a task that was tuned often", () => {
    // Many configurations of one task, and nothing else: only the learning rate tells them apart.
    const tuned = runs(40).map((run, index) => ({
      ...run,
      group: "my-task",
      hyper: { ...run.hyper, lr: 1e-5 * (1 + (index % 40)), seed: index },
    }));

    test("the certificate is about a new configuration of it", () => {
      const own = trainModel(tuned, { seed: 2 });
      const answer = recommendFrom(own, { ...task, name: "my-task" });
      expect(answer.certificate).toMatchObject({ scope: "same-task", nGroups: 20 });
      expect(answer.status).toBe("certified");
      expect(answer.certificate.statement).toContain("its 20 calibration configurations");
      expect(recommendFrom(own, { ...task, name: "another" }).certificate).toMatchObject({
        scope: "new-task",
        certified: false,
        missingGroups: 9,
      });
    });

    test("seeds of a configuration count once", () => {
      expect(tunedTask(tuned)?.names).toEqual(["my-task"]);
      const seeds = tuned.map((run) => ({
        ...run,
        datasetSize: 1000,
        hyper: { lr: 1e-4, seed: run.hyper["seed"] },
      }));
      expect(tunedTask(seeds)).toBeUndefined();
    });

    test("a group of several tasks is no task of its own", () => {
      expect(tunedTask(tuned.map((run, index) => ({ ...run, task: `task-${index % 2}` })))).toBeUndefined();
    });
  });
});
