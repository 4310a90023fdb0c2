import { lossInWords, lossTitle, percent } from "./quantities.ts";
import type { ReportData } from "./report-data.ts";
import type { TradeOff } from "./trade-off.ts";

/** A risk in words: its axis, a level of it, and what a method with that level does. */
export interface RiskWords {
  readonly axis: string;
  readonly level: (risk: number) => string;
  readonly phrase: (risk: number) => string;
}

/** The words of a trade-off's risk. */
export function riskWords(riskIs: TradeOff["riskIs"], lossKind: ReportData["lossKind"]): RiskWords {
  const loss = (risk: number): string => lossInWords(risk, lossKind);
  const share = (risk: number): string => percent(risk, 1);
  return riskIs === "mean loss"
    ? { axis: `mean ${lossTitle(lossKind)}`, level: loss, phrase: (risk) => `loses ${loss(risk)}` }
    : { axis: "over the bound, %", level: share, phrase: (risk) => `is over the bound in ${share(risk)}` };
}
