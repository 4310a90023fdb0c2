import type { Curve } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { outcomeAt } from "../replay/outcome.ts";
import { randomFrom } from "@stopwise/core/random";
import { replay } from "../replay/replay.ts";
import { curveFrom } from "../testing/curves.ts";
import { adaptiveThreshold, nextRun, recordAudit, type AdaptiveThreshold } from "./adaptive-threshold.ts";

/** A run that stands still for `wait` evaluations and then learns: patience below `wait` loses everything. */
function lateCurve(wait: number): Curve {
  return curveFrom([
    ...Array.from({ length: wait + 1 }, () => 0.1),
    0.5,
    0.8,
    0.8,
    ...Array.from({ length: 40 }, () => 0.8),
  ]);
}

/** Waits of 1 to 6 evaluations at first, of 1 to 26 in the end: the tasks drift. */
function driftingRuns(n: number, seed: number): Curve[] {
  const uniform = randomFrom(seed);
  return Array.from({ length: n }, (_, i) => lateCurve(1 + Math.floor(uniform() * (6 + (20 * i) / n))));
}

const settings = {
  policy: { version: 1, criterion: "staleness", threshold: 1 },
  grid: Array.from({ length: 30 }, (_, i) => i + 1),
  alpha: 0.1,
  maxEmLoss: 0.01,
  auditShare: 0.4,
  seed: 3,
};

const violates = (policy: object, curve: Curve): boolean => {
  const { stopIndex } = replay(policy, curve);
  return outcomeAt(curve, stopIndex).emLoss > settings.maxEmLoss;
};

function simulate(curves: readonly Curve[], start: AdaptiveThreshold) {
  let adaptive = start;
  let violations = 0;
  let stopped = 0;
  for (const curve of curves) {
    const next = nextRun(adaptive);
    adaptive = next.adaptive;
    if (next.audited) {
      adaptive = recordAudit(adaptive, curve);
      continue;
    }
    stopped += 1;
    if (violates(next.policy, curve)) violations += 1;
  }
  return { adaptive, rate: violations / stopped, stopped };
}

describe("tasks that drift", () => {
  const curves = driftingRuns(1500, 11);

  test("a threshold fixed on the first runs fails", () => {
    const fixed = simulate(curves.slice(0, 200), adaptiveThreshold({ ...settings, gamma: 1e-9 })).adaptive;
    const { policy } = nextRun(fixed);
    const later = curves.slice(200).filter((curve) => violates(policy, curve)).length / 1300;
    expect(later).toBeGreaterThan(0.25);
  });

  test("the adaptive one keeps to alpha, in the audited runs and in those that it stops", () => {
    const { adaptive, rate, stopped } = simulate(curves, adaptiveThreshold(settings));
    const { nAudited, nViolations, gamma, alpha } = adaptive;
    const bound = (Math.max(alpha, 1 - alpha) + gamma) / (gamma * nAudited);
    expect(Math.abs(nViolations / nAudited - alpha)).toBeLessThanOrEqual(bound + 1e-12);
    // Three binomial standard errors beyond what the theorem allows for the audited runs.
    expect(rate).toBeLessThan(alpha + bound + 3 * Math.sqrt((alpha * (1 - alpha)) / stopped));
    expect(rate).toBeGreaterThan(0.02);
  });
});

test("before any feedback it never stops, in shadow mode it always watches", () => {
  const fresh = adaptiveThreshold({ ...settings, auditShare: 1 });
  expect(nextRun(fresh)).toMatchObject({ audited: true, policy: { threshold: null } });
  expect(nextRun({ ...fresh, auditShare: 0 }).audited).toBe(false);
});

test("nine easy runs earn the most eager threshold at alpha 0.1, a violation takes it back", () => {
  let adaptive = adaptiveThreshold(settings);
  const easy = curveFrom([0.8, 0.8, 0.8, 0.8, 0.8]);
  for (let i = 0; i < 8; i++) adaptive = recordAudit(adaptive, easy);
  expect(nextRun({ ...adaptive, alphaNow: 0.1 }).policy.threshold).toBeNull();
  adaptive = recordAudit({ ...adaptive, alphaNow: 0.1 }, easy);
  expect(nextRun({ ...adaptive, alphaNow: 0.1 }).policy.threshold).toBe(1);
  const after = recordAudit({ ...adaptive, alphaNow: 0.1 }, lateCurve(8));
  expect(after.alphaNow).toBeCloseTo(0.1 + 0.05 * (0.1 - 1), 12);
  expect(nextRun(after).policy.threshold).toBeNull();
});

test("audits are drawn by seed and number, near their share", () => {
  let adaptive = adaptiveThreshold(settings);
  let audits = 0;
  for (let i = 0; i < 2000; i++) {
    const next = nextRun(adaptive);
    audits += next.audited ? 1 : 0;
    adaptive = next.adaptive;
  }
  expect(Math.abs(audits / 2000 - 0.4)).toBeLessThan(0.035);
  expect(nextRun(adaptiveThreshold(settings))).toEqual(nextRun(adaptiveThreshold(settings)));
});

test("it is a JSON value", () => {
  const adaptive = recordAudit(adaptiveThreshold(settings), lateCurve(3));
  expect(JSON.parse(JSON.stringify(adaptive))).toEqual(adaptive);
});

test.each([
  [{ alpha: 0 }, "alpha must be > 0, got 0."],
  [{ grid: [] }, "grid must be >= 1, got []."],
  [
    { policy: { version: 1, criterion: "anyOf", of: [settings.policy] } },
    "policy must have a threshold of its own",
  ],
])("refuses %j", (change, message) => {
  expect(() => adaptiveThreshold({ ...settings, ...change })).toThrow(message);
});
