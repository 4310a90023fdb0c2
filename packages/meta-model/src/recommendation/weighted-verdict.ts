import { weightedChoice, type TradeOff } from "../choice/pareto.ts";

/** The reason why a weighted choice has no certificate. */
export const notFixedBeforehand =
  "the point was chosen by its weight; only the point that a bound fixed beforehand is certified";

/** A point of the front, by its setting of the grid. */
export interface FrontPoint extends TradeOff {
  readonly setting: number;
}

/**
 * What a weight makes of a decision under a bound: the setting that is taken, and whether the status of the bound's own
 * decision stands, which it does where both take the same setting.
 *
 * @param front points by rising loss
 * @param decided setting that the bound took
 * @param pointWorth saving that one point of loss is worth
 */
export function weightedSetting(
  front: readonly FrontPoint[],
  decided: number,
  pointWorth: number,
): { setting: number; isDecided: boolean } {
  const index = weightedChoice(front, pointWorth);
  const setting = index === undefined ? 0 : front[index]!.setting;
  return { setting, isDecided: setting === decided };
}
