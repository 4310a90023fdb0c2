/** Metrics of boosters by the names under which records know them. */
const metricNames: Readonly<Record<string, string>> = {
  merror: "multi_error",
  l1: "mae",
  l2: "mse",
  multiclass: "multi_logloss",
  average_precision: "average_precision_score",
  map: "map_score",
};

/** The set and the metric of a booster's name: `eval-logloss`, `valid_0's auc`, CatBoost's bare `test`. */
export function splitBoosterName(name: string): { readonly set: string; readonly metric: string } {
  const ofLightgbm = name.indexOf("'s ");
  if (ofLightgbm > 0) return { set: name.slice(0, ofLightgbm), metric: name.slice(ofLightgbm + 3) };
  const [dash, blank] = [name.indexOf("-"), name.indexOf(" ")];
  const at = dash > 0 ? dash : blank;
  return at > 0 ? { set: name.slice(0, at), metric: name.slice(at + 1) } : { set: name, metric: "loss" };
}

/** Whether a set is the training set by its name. */
export const isTrainingSet = (set: string): boolean => /^(d?train\w*|learn|cv_agg)$/i.test(set);

/** The name of a record's metric: `eval_` and the metric, the set between them where its name says which. */
export function boosterAlias(name: string): string {
  const { set, metric } = splitBoosterName(name);
  const known = Object.hasOwn(metricNames, metric) ? metricNames[metric]! : metric;
  const isPlain = /^(d?(eval|valid|validation|val|test)(_0)?|test_mean)$/i.test(set);
  return isPlain ? `eval_${known}` : `eval_${set}_${known}`;
}
