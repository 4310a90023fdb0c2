export type {
  ConfigContext,
  Difference,
  Expressed,
  Fidelity,
  HeldStop,
  Snippet,
  Trainer,
  TrainerConfig,
} from "./trainer.ts";
export { differenceOf } from "./difference.ts";
export { trainerFor, trainers } from "./registry.ts";
export { targetList, type TargetRow } from "./target-list.ts";
export { replayCases, type CaseResult, type CasesResult } from "./semantics/replay-cases.ts";
export { replaySemantics, type ReplayedSemantics } from "./semantics/replay-semantics.ts";
export type { TrainerSemantics, TrainerSettings } from "./semantics/trainer-semantics.ts";
