export {
  dataContrasts,
  settingContrasts,
  type DataContrast,
  type KeptPlan,
  type SettingContrast,
} from "./contrasts.ts";
export { changeOfCut, changeOn, fitLaws, type Basis, type Change, type Laws } from "./laws.ts";
export { PastCurves } from "./past-curves.ts";
