import type { CriterionDefinition } from "../statistic/criterion.ts";
import { budget } from "./budget.ts";
import { consecutiveRises } from "./consecutive-rises.ts";
import { divergence } from "./divergence.ts";
import { extrapolation } from "./extrapolation.ts";
import { generalisationLoss } from "./generalisation-loss.ts";
import { gradientNormDecay } from "./gradient-norm-decay.ts";
import { headroomStaleness } from "./headroom-staleness.ts";
import { never } from "./never.ts";
import { noiseAwareStaleness } from "./noise-aware-staleness.ts";
import { nonFinite } from "./non-finite.ts";
import { progressQuotient } from "./progress-quotient.ts";
import { slopeSignChanges } from "./slope-sign-changes.ts";
import { slope } from "./slope.ts";
import { staleness } from "./staleness.ts";
import { target } from "./target.ts";

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
