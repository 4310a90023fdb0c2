import { field, type Json, packNumber, type SimplePolicy, unpackNumber } from "@stopwise/core";
import * as z from "zod/mini";
import { progressOf } from "../stopper/context.ts";
import type { PlannedLength, StopperContext } from "../statistic/contract.ts";
import type { CriterionDefinition, CriterionSetup } from "../statistic/criterion.ts";
import type { SeriesWork, StreamingCriterion } from "../statistic/contract.ts";
import { Reference, type ImprovementRule } from "../statistic/improvement.ts";
import { monitored, observationAt, type Observation } from "../stopper/observation.ts";
import { monitorInWords } from "../policy/words.ts";

const units = ["evals", "steps", "tokenShare", "planShare"] as const;

/** Parameters of {@link staleness}. */
export const stalenessSchema = z.strictObject({
  unit: z._default(z.enum(units), "evals"),
  minDelta: z._default(z.number().check(z.nonnegative()), 0),
  minDeltaMode: z._default(z.enum(["deadBand", "ratchet", "relative"]), "deadBand"),
  patienceOrigin: z.optional(z.enum(["count", "elapsed"])),
  tie: z._default(z.enum(["bad", "good"]), "bad"),
  /** Evaluations, from the first of the run, that move the reference and are not counted as stale. */
  countAfter: z.optional(z.int().check(z.nonnegative())),
  /** A level of the monitored value; what it does is said by `baselineRole`. */
  baseline: z.optional(z.number()),
  /** `gate` (default): only a gain that also beats it resets staleness (Keras); `reference`: the first reference (tfjs). */
  baselineRole: z.optional(z.enum(["gate", "reference"])),
});

type StalenessParams = z.infer<typeof stalenessSchema>;

function ruleOf({ params, direction, nan }: CriterionSetup<StalenessParams>): ImprovementRule {
  const { minDelta, minDeltaMode, tie, baseline, baselineRole } = params;
  const first = baselineRole === "reference" ? baseline : undefined;
  return { sign: direction === "max" ? 1 : -1, minDelta, minDeltaMode, tie, nan, first };
}

const countsEvaluations = (params: StalenessParams): boolean =>
  params.unit === "evals" && params.patienceOrigin !== "elapsed";

class Staleness implements StreamingCriterion {
  readonly #setup: CriterionSetup<StalenessParams>;
  readonly #reference: Reference;
  readonly #count: boolean;
  readonly #planned: PlannedLength | undefined;
  #z: number;
  #since: number;
  /** Whether the last value was a gain that stayed under its gate. */
  #gated: boolean;

  constructor(setup: CriterionSetup<StalenessParams>, context: StopperContext, state?: Json) {
    this.#setup = setup;
    this.#reference = new Reference(ruleOf(setup), field(state, "reference"));
    this.#count = countsEvaluations(setup.params);
    this.#planned = context.planned;
    this.#z = unpackNumber(field(state, "z"));
    this.#since = unpackNumber(field(state, "since"));
    this.#gated = field(state, "gated") === true;
  }

  observe(observation: Observation): number {
    return this.#advance(monitored(observation, this.#setup.monitor), {
      position: this.#position(observation),
      index: observation.index,
    });
  }

  state(): Json {
    return {
      reference: this.#reference.state(),
      z: packNumber(this.#z),
      since: packNumber(this.#since),
      ...(this.#gated ? { gated: true } : {}),
    };
  }

  #position(observation: Observation): number {
    const { unit } = this.#setup.params;
    if (unit === "evals") return observation.index;
    if (unit === "planShare") return progressOf(observation, this.#planned);
    return unit === "steps" ? observation.step : observation.cost;
  }

  #advance(value: number, { position, index }: { position: number; index: number }): number {
    const judgement = this.#reference.judge(value);
    if (judgement === "halt") return Number.POSITIVE_INFINITY;
    const isGood = judgement === "good";
    if (index < (this.#setup.params.countAfter ?? 0) || (isGood && this.#beatsGate(value))) {
      this.#since = position;
      this.#z = isGood || !Number.isNaN(this.#z) ? 0 : Number.NaN;
    } else if (this.#count) {
      // Under its gate a first value is stale already; NaN + 1 would never be.
      if (judgement !== "absent") this.#z = (Number.isNaN(this.#z) ? 0 : this.#z) + 1;
    } else {
      this.#z = this.#distance(position);
    }
    if (judgement !== "absent") this.#gated = isGood && this.#z > 0;
    // A gain never stops a run, also where it stays under its gate.
    return this.#gated ? Number.NaN : this.#z;
  }

  /** Whether a gain resets staleness: always, unless a baseline must be beaten too. */
  #beatsGate(value: number): boolean {
    const { baseline, baselineRole, minDelta } = this.#setup.params;
    if (baseline === undefined || baselineRole === "reference") return true;
    const sign = this.#setup.direction === "max" ? 1 : -1;
    return sign * value - minDelta > sign * baseline;
  }

  #distance(position: number): number {
    const spent = position - this.#since;
    if (this.#setup.params.unit !== "tokenShare") return spent;
    return position > 0 ? spent / position : Number.NaN;
  }
}

type Span = Readonly<{ values: Float64Array; series: Float64Array; first: number }>;

function countDeadBand({ sign, minDelta }: ImprovementRule, { values, series, first }: Span): void {
  let best = sign * values[first]!;
  let z = 0;
  series[first] = 0;
  for (let i = first + 1; i < values.length; i++) {
    const v = sign * values[i]!;
    if (v - minDelta > best) {
      best = v;
      z = 0;
    } else z++;
    series[i] = z;
  }
}

function countRatchet({ sign, minDelta }: ImprovementRule, { values, series, first }: Span): void {
  let best = sign * values[first]!;
  let z = 0;
  series[first] = 0;
  for (let i = first + 1; i < values.length; i++) {
    const v = sign * values[i]!;
    z++;
    if (v > best) {
      if (v - best > minDelta) z = 0;
      best = v;
    }
    series[i] = z;
  }
}

/**
 * The counting statistic over a whole curve, where large replays spend their time: the same steps as {@link Staleness}
 * in local variables, about 3 ns a checkpoint. A missing value compares false and so counts as bad.
 */
function fillCounts(setup: CriterionSetup<StalenessParams>, { curve, from, series }: SeriesWork): void {
  const values = curve[setup.monitor];
  let first = from;
  for (; first < values.length && Number.isNaN(values[first]!); first++) series[first] = Number.NaN;
  if (first >= values.length) return;
  const count = setup.params.minDeltaMode === "ratchet" ? countRatchet : countDeadBand;
  count(ruleOf(setup), { values, series, first });
}

function fillSeries(setup: CriterionSetup<StalenessParams>, work: SeriesWork): void {
  const { curve, from, series, context } = work;
  const { params, nan } = setup;
  const { minDeltaMode, tie, countAfter = 0, baseline } = params;
  const plain =
    minDeltaMode !== "relative" &&
    tie === "bad" &&
    nan === "count" &&
    countAfter === 0 &&
    baseline === undefined;
  if (plain && countsEvaluations(params)) {
    fillCounts(setup, work);
    return;
  }
  const criterion = new Staleness(setup, context);
  for (let i = from; i < curve.nCheckpoints; i++) series[i] = criterion.observe(observationAt(curve, i));
}

const unitWords = {
  evals: (n: number) => `for ${n} evaluation${n === 1 ? "" : "s"}`,
  steps: (n: number) => `for ${n} steps`,
  tokenShare: (n: number) =>
    `during the last ${Number((100 * n).toPrecision(3))} % of the tokens spent so far`,
  planShare: (n: number) => `during ${Number((100 * n).toPrecision(3))} % of the plan`,
};

function marginInWords({ minDelta, minDeltaMode }: StalenessParams): string {
  if (minDelta === 0) return "";
  if (minDeltaMode === "relative") return ` by more than ${Number((100 * minDelta).toPrecision(3))} %`;
  return ` by more than ${minDelta}${minDeltaMode === "ratchet" ? " (ratchet)" : ""}`;
}

/** From where staleness counts, and against what, in words; empty for the usual. */
function startInWords({ countAfter = 0, baseline, baselineRole }: StalenessParams): string {
  const after = countAfter === 0 ? "" : `, counted after the first ${countAfter}`;
  if (baseline === undefined) return after;
  return `${after}, ${baselineRole === "reference" ? "against" : "nor beaten"} ${baseline}${baselineRole === "reference" ? " at first" : ""}`;
}

/**
 * Staleness, which trainers call patience: how long the monitored value has not improved.
 *
 * Units: `evals`: evaluations that did not improve since the last that did (`patienceOrigin` `count`, the default) or
 * evaluations since then (`elapsed`; the two differ where values are missing and ignored); `steps`: optimiser steps since
 * then; `tokenShare`: (cost now - cost then) / cost now, in [0, 1), which needs no plan; `planShare`: share of the plan
 * done since then, in tokens where these are planned, else steps, else epochs; NaN without a plan. What an improvement
 * is: see {@link Reference}.
 *
 * `countAfter` = n leaves the first n evaluations of a run out of the count while they move the reference
 * (stable-baselines3 `min_evals`, Together `warmup_evals`); a warm-up of the policy counts them. A `baseline` is a level
 * that a gain must beat, too, before staleness is 0 again, though no gain ever stops a run (`gate`, Keras), or the first
 * reference (`reference`, TensorFlow.js).
 *
 * The first finite value gives 0; before it the statistic is NaN, so that a series which is not logged never stops a
 * run. A non-finite value counts as bad, stops at once (Infinity), is as if not there or becomes the reference, by the
 * policy's `nan` rule.
 *
 * @see Prechelt (1998), "Early stopping - but when?"; reference of each trainer in the package's semantics.
 */
export const staleness: CriterionDefinition<StalenessParams> = {
  name: "staleness",
  source: "patience of Hugging Face, Lightning, Keras and others; Prechelt 1998",
  schema: stalenessSchema,
  nested: { name: "patience", unit: "of the parameter `unit`", safer: "higher", integer: false },
  compare: ">=",
  examples: [
    {},
    { minDelta: 0.01 },
    { minDelta: 0.01, minDeltaMode: "ratchet" },
    { minDelta: 0.02, minDeltaMode: "relative" },
    { tie: "good" },
    { patienceOrigin: "elapsed" },
    { countAfter: 3 },
    { baseline: 0.6 },
    { baseline: 0.4, baselineRole: "reference" },
    { unit: "steps" },
    { unit: "tokenShare" },
    { unit: "planShare", minDelta: 0.005 },
  ],
  scalesWith: ({ unit }) => (unit === "steps" ? "steps" : "none"),
  thresholds: [0.1, 0.2, 0.35, 0.5, 0.7, 1, 2, 3, 5, 8, 13, 20],
  create: (setup, context, state) => new Staleness(setup, context, state),
  fill: fillSeries,
  describe: (policy: SimplePolicy, params) =>
    `${monitorInWords(policy)} has not improved${marginInWords(params)} ` +
    unitWords[params.unit](policy.threshold ?? Number.POSITIVE_INFINITY) +
    startInWords(params),
  check: (policy, params) => {
    if (params.unit !== "evals" && params.patienceOrigin === "count") {
      return `params.patienceOrigin must be "elapsed" with unit "${params.unit}", got "count". Leave it out.`;
    }
    if (params.baselineRole !== undefined && params.baseline === undefined) {
      return `params.baselineRole needs params.baseline, got none. Give the level, or leave the role out.`;
    }
    if (params.baseline !== undefined && params.unit !== "evals") {
      return `params.baseline needs unit "evals", got "${params.unit}". Leave one of them out.`;
    }
    if (params.unit === "tokenShare" && policy.threshold !== null && !(policy.threshold <= 1)) {
      return `threshold must be in [0, 1] with unit "tokenShare", got ${policy.threshold}. Give a share.`;
    }
    return undefined;
  },
};
