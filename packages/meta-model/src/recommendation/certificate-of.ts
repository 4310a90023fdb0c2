import type { Certificate, MetricClass, Recommendation } from "@stopwise/core";
import type { Bound } from "../certificates/bound.ts";
import { eventOf, statementOf } from "../certificates/statement.ts";

/** What a certificate is about. */
export interface CertificateSubject {
  readonly bound: Bound;
  readonly metricClass: MetricClass;
  readonly nGroups: number;
  /** `same-task`: the groups are configurations of one task; default `new-task`. */
  readonly scope?: Certificate["scope"];
}

/** The certificate that goes with an answer: its statement, or in one sentence why there is none. */
export function certificateOf(
  { bound, metricClass, nGroups, scope = "new-task" }: CertificateSubject,
  status: Recommendation["status"],
  extra: Partial<Certificate> = {},
): Certificate {
  const certified = status === "certified";
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
