import type { CriterionDefinition } from "./criterion.ts";
import { budget } from "./criteria/budget.ts";
import { consecutiveRises } from "./criteria/consecutive-rises.ts";
import { divergence } from "./criteria/divergence.ts";
import { extrapolation } from "./criteria/extrapolation.ts";
import { generalisationLoss } from "./criteria/generalisation-loss.ts";
import { gradientNormDecay } from "./criteria/gradient-norm-decay.ts";
import { headroomStaleness } from "./criteria/headroom-staleness.ts";
import { never } from "./criteria/never.ts";
import { noiseAwareStaleness } from "./criteria/noise-aware-staleness.ts";
import { nonFinite } from "./criteria/non-finite.ts";
import { progressQuotient } from "./criteria/progress-quotient.ts";
import { slopeSignChanges } from "./criteria/slope-sign-changes.ts";
import { slope } from "./criteria/slope.ts";
import { staleness } from "./criteria/staleness.ts";
import { target } from "./criteria/target.ts";

const all: readonly CriterionDefinition[] = [
  never,
  staleness,
  headroomStaleness,
  noiseAwareStaleness,
  generalisationLoss,
  progressQuotient,
  consecutiveRises,
  slope,
  slopeSignChanges,
  gradientNormDecay,
  extrapolation,
  budget,
  target,
  divergence,
  nonFinite,
];

/** Every criterion of this package by name. */
export const criteria: ReadonlyMap<string, CriterionDefinition> = new Map(
  all.map((definition) => [definition.name, definition]),
);
