import { runVerb } from "./command-line/run-verb.ts";
import type { Verb } from "./command-line/verb.ts";
import { defineRecommend } from "./verbs/recommend.ts";

/** The verb that is asked most often, and by scripts. */
export const recommendVerb: Verb = {
  name: "recommend",
  summary: "which policy for this task, with its evidence and certificate",
  load: () => Promise.resolve(defineRecommend),
};

/**
 * Runs `stopwise recommend` alone: the build puts all that it needs into one file, which starts faster than a dozen.
 *
 * @param args - what stands after `recommend`
 */
export function recommendAlone(args: readonly string[]): Promise<number> {
  return runVerb(recommendVerb, args);
}
