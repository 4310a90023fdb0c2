import { FeedbackBook, rateWords, type FeedbackRate } from "@stopwise/live";
import { liveFolder } from "./live-surroundings.ts";

/** How far the live runs of a store are from the level that was asked for, by population. */
export function feedbackRates(store: string): FeedbackRate[] {
  return new FeedbackBook(liveFolder(store)).rates();
}

/** The same of one population, as a line of a page. */
export function rateLine(rate: FeedbackRate): string {
  const name = [rate.regime, rate.metricClass, rate.using].filter((it) => it !== null).join(", ");
  return `live (${name}): ${rate.nRuns} runs; ${rateWords(rate)}`;
}
