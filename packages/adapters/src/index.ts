export type { Adapter, ConfigContext, Fidelity, TrainerConfig } from "./adapter.ts";
export { adapterFor, adapters } from "./registry.ts";
