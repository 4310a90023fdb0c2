import type { DoctorRule } from "../doctor/rule.ts";
import { decidingMetric } from "../huggingface/arguments-view.ts";

/** Rules of TRL beside those of the Trainer. */
export const rules: readonly DoctorRule[] = [
  {
    id: "TRL-1",
    kinds: ["trl"],
    severity: "warning",
    when: "a metric of generated text decides in SFTTrainer, whose evaluation never generates",
    source: "huggingface/trl#862, huggingface/trl#1222",
    check: (config) => {
      const metric = decidingMetric(config);
      if (metric === undefined || !config.has("trainer.compute_metrics")) return undefined;
      if (!/exact_match|(^|_)em$|rouge|bleu|pass_?at|pass@/.test(metric)) return undefined;
      return {
        at: "metric_for_best_model",
        message: `SFTTrainer's evaluation does not generate: compute_metrics sees teacher-forced logits, and ${metric} from these is too high.`,
        fix: "Generate in a callback and log the score there, or watch eval_loss.",
      };
    },
  },
];
