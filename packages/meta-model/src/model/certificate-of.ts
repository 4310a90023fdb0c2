import type { Certificate, MetricClass, Recommendation } from "@stopwise/core";
import type { Bound } from "../certificates/bound.ts";
import { eventOf, statementOf } from "../certificates/statement.ts";

/** What a certificate is about. */
export interface CertificateSubject {
  readonly bound: Bound;
  readonly metricClass: MetricClass;
  readonly nGroups: number;
}

/** The certificate that goes with an answer: its statement, or in one sentence why there is none. */
export function certificateOf(
  { bound, metricClass, nGroups }: CertificateSubject,
  status: Recommendation["status"],
  extra: Partial<Certificate> = {},
): Certificate {
  const certified = status === "certified";
  const scope = "new-task" as const;
  return {
    statement: certified
      ? statementOf(bound, { scope, metricClass, nGroups })
      : `Not certified: ${extra.reason ?? "no guarantee"}.`,
    event: eventOf(bound, metricClass),
    alpha: bound.alpha ?? 0.1,
    scope,
    metricClass,
    nGroups,
    certified,
    ...extra,
  };
}
