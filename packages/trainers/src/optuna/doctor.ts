import type { DoctorRule } from "../doctor/rule.ts";

/** Rules of Optuna's `PatientPruner`. */
export const rules: readonly DoctorRule[] = [
  {
    id: "OP-1",
    kinds: ["optuna"],
    severity: "warning",
    when: "min_delta is above 0, whose sign is the opposite of other trainers'",
    source: "optuna/optuna optuna/pruners/_patient.py",
    check: (config) => {
      const delta = config.number("PatientPruner.min_delta");
      if (delta === undefined || delta <= 0) return undefined;
      return {
        at: "PatientPruner.min_delta",
        message: `A trial is pruned only once it has fallen by more than ${delta}: a larger min_delta stops later, opposite to all other trainers.`,
        fix: "Set min_delta to 0, and choose the patience by replay.",
        edit: { key: "PatientPruner.min_delta", value: 0 },
      };
    },
  },
];
