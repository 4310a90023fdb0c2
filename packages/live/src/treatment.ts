import { type Treatment } from "./given-treatment.ts";
import {
  InvalidInputError,
  type LiveStart,
  type Policy,
  type Recommendation,
  type Task,
} from "@stopwise/core";
import { describePolicy } from "@stopwise/policies";
import { auditShareOf, type Population } from "./feedback.ts";
import type { Rooms } from "./rooms.ts";
import type { LiveAnswer } from "./surroundings.ts";

const rank = { abstained: 0, uncertified: 1, certified: 2 };

/** The policy that looks at every checkpoint, unless the one of the start is better certified. */
function chosen({ recommendation, learned }: LiveAnswer): Pick<Treatment, "using" | "policy" | "status"> {
  const start = { using: "start" as const, policy: recommendation.policy, status: recommendation.status };
  if (learned === undefined || rank[learned.status] < rank[recommendation.status]) return start;
  return { using: "learned", policy: learned.policy, status: learned.status };
}

function populationOf(answer: LiveAnswer, using: Treatment["using"]): Population {
  const { certificate, ...rest } = answer.recommendation;
  const told = (rest as { population?: { regime?: unknown } }).population?.regime;
  return {
    regime: typeof told === "string" ? told : null,
    metricClass: certificate.metricClass,
    using,
    maxLoss: answer.maxLoss,
    alpha: certificate.alpha,
  };
}

/** `auto` stops where the answer is certified and watches where it is not. */
function modeOf(
  asked: LiveStart["mode"],
  status: Recommendation["status"],
  coin: boolean,
): Treatment["mode"] {
  if (asked === "shadow" || asked === "stop") return asked;
  if (asked === "auto" && status !== "certified") return "shadow";
  return coin ? "audit" : "stop";
}

/** A plateau first halves the learning rate; a second one stops. */
function rateFirst(policy: Policy): Policy {
  if ("of" in policy) {
    throw new InvalidInputError(
      `learningRateActions cannot be put before a ${policy.criterion} policy.`,
      "Start without learningRateActions.",
    );
  }
  const lower = { ...policy, action: { kind: "reduceLearningRate" as const, factor: 0.5 } };
  return { version: 1, criterion: "sequence", of: [lower, policy], params: {}, delivery: policy.delivery };
}

/**
 * Decides how a run is treated: by which policy, its threshold as feedback has moved it, and in which mode. Counts the run
 * in the feedback book.
 *
 * @param asked the start message
 * @param answer to its question
 * @param rooms feedback of the populations, and what the policy's sentence and thresholds need
 */
export function treatmentOf(
  asked: LiveStart,
  answer: LiveAnswer,
  rooms: Pick<Rooms, "book" | "around">,
): Treatment & { readonly task: Task } {
  const { book, around } = rooms;
  const { using, policy: base, status } = chosen(answer);
  const population = populationOf(answer, using);
  const grid = "of" in base ? [] : around.thresholdsFor(base);
  const next = book.next({
    population,
    policy: base,
    grid,
    auditShare: auditShareOf(asked),
    nGroups: answer.recommendation.certificate.nGroups,
  });
  const mode = modeOf(asked.mode, status, next.audited);
  const policy = asked.learningRateActions === true ? rateFirst(next.policy) : next.policy;
  const context = around.contextFor(policy, answer.task);
  const sentence = describePolicy(policy, context);
  return { using, mode, policy, sentence, status, population, audited: mode === "audit", task: answer.task };
}
