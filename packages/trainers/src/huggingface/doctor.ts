import type { DoctorRule } from "../doctor/rule.ts";
import { cadenceRules } from "./doctor-cadence.ts";
import { callbackRules } from "./doctor-callback.ts";
import { metricRules } from "./doctor-metric.ts";

/** Rules of the Hugging Face Trainer and of those that pass its arguments through. */
export const rules: readonly DoctorRule[] = [...metricRules, ...cadenceRules, ...callbackRules];
