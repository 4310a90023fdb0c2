export type { Adapter, ConfigContext, Fidelity, TrainerConfig } from "./trainer.ts";
export { adapterFor, adapters } from "./registry.ts";
export { replayCases, type CaseResult, type CasesResult } from "./semantics/replay-cases.ts";
export { replaySemantics, type ReplayedSemantics } from "./semantics/replay-semantics.ts";
export { semantics, semanticsOf } from "./semantics/registry.ts";
export {
  stopIndex,
  trainerStop,
  type TrainerSettingsInput,
  type TrainerStop,
} from "./semantics/stop-index.ts";
export type { TrainerSemantics, TrainerSettings } from "./semantics/trainer-semantics.ts";
