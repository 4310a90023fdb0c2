import type { Delivery, NanRule, Policy, SimplePolicy, Warmup } from "@stopwise/core";
import { stalenessSchema } from "@stopwise/policies";
import type { Expressed, Fidelity, MissingValue } from "./trainer.ts";

/** What a trainer's stopper can be set to. Settings, recommendation, replay and help all follow from it. */
export interface StopRule {
  /** The class or setting, for messages. */
  readonly stopper: string;
  /** Series that it can watch. */
  readonly monitors: readonly SimplePolicy["monitor"][];
  /** Whether both directions can be watched, or losses alone. */
  readonly directions: readonly SimplePolicy["direction"][];
  /** Units that patience can count in. */
  readonly units: readonly ("evals" | "steps")[];
  /** How it takes a minimum improvement; `none` where it has no such setting. */
  readonly margin: "none" | "deadBand" | "ratchet" | "any";
  /** `still`: evaluations that are passed over; `uncounted`: they move the best and are not counted; `none`; `any`. */
  readonly warmup: "none" | "still" | "uncounted" | "any";
  /** Whether a warm-up can be told in optimiser steps as well. */
  readonly warmupInSteps?: boolean;
  /** Whether a value equal to the best counts as stale. */
  readonly tie: "bad" | "good" | "any";
  /** What a non-finite value can do; the first is what it does where a policy asks for another. */
  readonly nan: readonly NanRule[];
  /** Where what it does about such a value is still another: a first NaN that sticks as the best, a window of reports. */
  readonly unless?: MissingValue;
  /** What a baseline does, where it has one. */
  readonly baseline?: "gate" | "reference";
  readonly delivery: readonly Delivery[];
  /** How the best checkpoint comes about. */
  readonly best: string;
  /** What to use where a policy is impossible. */
  readonly instead: string;
}

type Params = ReturnType<typeof stalenessSchema.parse>;

/** One field of the policy: how it is carried out, and what of the policy changes on the way. */
interface Judged extends Fidelity {
  readonly change?: Partial<SimplePolicy>;
  readonly params?: Partial<Params>;
}

const exact = (field: string, note = ""): Judged => ({ field, fidelity: "exact", note });
const never = (field: string, note: string): Judged => ({ field, fidelity: "impossible", note });

/**
 * The same policy in the words that trainers use: patience a whole number compared with >=, a margin of 0 without a mode.
 * It stops exactly where the given one does.
 */
function plainWords(policy: SimplePolicy, params: Params): SimplePolicy {
  const { threshold, compare, warmup } = policy;
  const counts = params.unit === "evals" || params.unit === "steps";
  const patience =
    threshold === null || !counts
      ? threshold
      : compare === ">"
        ? Math.floor(threshold) + 1
        : Math.ceil(threshold);
  const idle = warmup !== undefined && !Object.values(warmup).some((it) => typeof it === "number" && it > 0);
  const others = { ...policy };
  delete others.warmup;
  const { countAfter, minDeltaMode, patienceOrigin, ...rest } = params;
  return {
    ...others,
    threshold: patience,
    compare: counts ? ">=" : compare,
    ...(warmup === undefined || idle ? {} : { warmup }),
    params: {
      ...rest,
      minDeltaMode: params.minDelta === 0 ? "deadBand" : minDeltaMode,
      ...(patienceOrigin === undefined || (patienceOrigin === "count" && params.unit === "evals")
        ? {}
        : { patienceOrigin }),
      ...(countAfter === undefined || countAfter === 0 ? {} : { countAfter }),
    },
  };
}

function judgeMonitor({ monitor, direction }: SimplePolicy, rule: StopRule): Judged {
  if (!rule.monitors.includes(monitor)) return never("monitor", `${rule.stopper} cannot watch ${monitor}`);
  if (rule.directions.includes(direction)) return exact("monitor");
  return never("direction", `${rule.stopper} watches values that should fall`);
}

function judgePatience({ threshold }: SimplePolicy, params: Params, rule: StopRule): Judged {
  const { unit, patienceOrigin } = params;
  if (unit !== "evals" && !(unit === "steps" && rule.units.includes("steps"))) {
    return never("patience", `patience counts evaluations, not ${unit}`);
  }
  if (threshold === null) return exact("patience", "never stops");
  if (threshold < 1) return never("patience", "patience is at least 1");
  if (patienceOrigin !== "elapsed" || unit === "steps") return exact("patience");
  return {
    field: "patienceOrigin",
    fidelity: "approximate",
    note: "exact as long as no evaluation is missing",
    params: { patienceOrigin: undefined },
  };
}

const noMargin = { minDelta: 0, minDeltaMode: "deadBand" } as const;

function judgeMargin({ minDelta, minDeltaMode }: Params, rule: StopRule): Judged {
  if (minDelta === 0 || minDeltaMode === rule.margin || rule.margin === "any") return exact("minDelta");
  const approximate = { field: "minDelta", fidelity: "approximate" } as const;
  if (minDeltaMode === "ratchet" && rule.margin === "deadBand") {
    const note = "a dead band of the same width stands in for the ratchet; it stops no earlier";
    return { ...approximate, note, params: { minDelta, minDeltaMode: "deadBand" } };
  }
  const width =
    minDeltaMode === "relative"
      ? "no stopper takes a share of the best"
      : `${rule.stopper} has ${rule.margin === "ratchet" ? "a ratchet, not a dead band" : "no minimum improvement"}`;
  return { ...approximate, note: `${width}; none is set, so that creeping gains go on`, params: noMargin };
}

function judgeTie({ tie }: Params, rule: StopRule): Judged {
  if (tie === rule.tie || rule.tie === "any") return exact("tie");
  const note = `a value equal to the best counts as ${rule.tie === "bad" ? "stale" : "a gain"}`;
  return { field: "tie", fidelity: "approximate", note, params: { tie: rule.tie } };
}

function judgeNan({ nan }: SimplePolicy, rule: StopRule): Judged {
  if (rule.nan.includes(nan)) return exact("nan");
  const does = {
    count: "counts as stale",
    stop: "stops the run",
    ignore: "is left out",
    poison: "stays the best",
  };
  const note = `a value that is not finite ${does[rule.nan[0]!]}, it cannot be "${nan}"`;
  return { field: "nan", fidelity: "approximate", note, change: { nan: rule.nan[0]! } };
}

function isStill(warmup: Warmup, rule: StopRule): boolean {
  if (warmup.tokens !== undefined || warmup.fraction !== undefined) return false;
  return warmup.steps === undefined || (rule.warmupInSteps === true && warmup.evals === undefined);
}

function judgeWarmup({ warmup }: SimplePolicy, { countAfter = 0 }: Params, rule: StopRule): Judged {
  if (countAfter > 0 && rule.warmup !== "uncounted" && rule.warmup !== "any") {
    return never(
      "countAfter",
      `${rule.stopper} cannot leave evaluations out of the count that move the best`,
    );
  }
  if (warmup === undefined) return exact("warmup");
  if (rule.warmup !== "still" && rule.warmup !== "any")
    return never("warmup", `${rule.stopper} has no such warm-up`);
  if (!isStill(warmup, rule)) {
    return never("warmup", `warm-up counts evaluations${rule.warmupInSteps === true ? " or steps" : ""}`);
  }
  if (!warmup.updatesBest || rule.warmup === "any") return exact("warmup");
  const note = "evaluations of the warm-up are passed over, so they cannot move the best";
  const change = { warmup: { ...warmup, updatesBest: false } };
  return { field: "warmup", fidelity: "approximate", note, change };
}

function judgeBaseline({ baseline, baselineRole = "gate" }: Params, rule: StopRule): Judged {
  if (baseline === undefined || rule.baseline === baselineRole) return exact("baseline");
  return never("baseline", `${rule.stopper} has no baseline of this meaning`);
}

function judgeDelivery({ delivery, action }: SimplePolicy, rule: StopRule): Judged {
  if (action !== undefined)
    return never("action", `${rule.stopper} stops a run, it changes no learning rate`);
  if (!rule.delivery.includes(delivery)) {
    return never("delivery", `it delivers the ${rule.delivery.join(" or ")} checkpoint`);
  }
  return exact("delivery", delivery === "best" ? rule.best : "the last weights");
}

const order = { exact: 0, approximate: 1, impossible: 2 };
const impossible = (rule: StopRule, field: string, note: string): Expressed => ({
  fidelity: "impossible",
  fields: [never(field, note)],
  carried: null,
  instead: rule.instead,
});

/**
 * What a stopper can do about a policy, field by field.
 *
 * Exact means: on every recorded run the trainer stops where the replay of the policy does, unless what `unless` names;
 * infinite values apart.
 */
export function expressedBy(rule: StopRule, policy: Policy): Expressed {
  if ("of" in policy)
    return impossible(rule, "criterion", `${rule.stopper} has one rule, not ${policy.criterion}`);
  if (policy.criterion === "never") return { fidelity: "exact", fields: [], carried: policy };
  if (policy.criterion !== "staleness") {
    return impossible(rule, "criterion", `${rule.stopper} has no ${policy.criterion} rule`);
  }
  const params = stalenessSchema.parse(policy.params);
  const plain = plainWords(policy, params);
  const judged = [
    judgeMonitor(plain, rule),
    judgePatience(plain, params, rule),
    judgeMargin(params, rule),
    judgeTie(params, rule),
    judgeNan(plain, rule),
    judgeWarmup(plain, params, rule),
    judgeBaseline(params, rule),
    judgeDelivery(plain, rule),
  ];
  const fidelity = judged.reduce<Fidelity["fidelity"]>(
    (worst, it) => (order[it.fidelity] > order[worst] ? it.fidelity : worst),
    "exact",
  );
  const fields = judged
    .filter((it) => it.fidelity !== "exact" || it.note !== "")
    .map(({ field, fidelity: of, note }) => ({ field, fidelity: of, note }));
  if (fidelity === "impossible") return { fidelity, fields, carried: null, instead: rule.instead };
  const carried = judged.reduce<SimplePolicy>(
    (so, { change, params: changed }) => ({
      ...so,
      ...change,
      params: withoutUnset({ ...so.params, ...changed }),
    }),
    plain,
  );
  const { unless } = rule;
  if (unless === undefined) return { fidelity, fields, carried };
  const note = `the trainer stops elsewhere where ${unless}`;
  return { fidelity, carried, unless, fields: [...fields, { field: "nan", fidelity: "exact", note }] };
}

const withoutUnset = (params: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
