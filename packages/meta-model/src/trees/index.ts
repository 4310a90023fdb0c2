export type { Table } from "./binning.ts";
export {
  binTable,
  BoostedTrees,
  boostingDefaults,
  fitBoosting,
  type BinnedTable,
  type BoostingLoss,
  type BoostingOptions,
} from "./boosting.ts";
export { ByteReader, ByteWriter } from "./bytes.ts";
export {
  ExtraTrees,
  extraTreesDefaults,
  fitExtraTrees,
  type ExtraTreesOptions,
  type ExtraTreesTraining,
} from "./extra-trees.ts";
