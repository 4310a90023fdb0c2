export { dataContrasts, settingContrasts, type DataContrast, type KeptPlan } from "./contrasts.ts";
export { fitDataLaw, predictedChange } from "./data-law.ts";
export { fitSettingEffects } from "./setting-effects.ts";
