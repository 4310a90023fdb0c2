import type { Replayer } from "@stopwise/meta-model";
import { outcomeMatrixInWorkers } from "@stopwise/policies/threads";

/**
 * A replay for training and judging that takes threads where a set is large, and tells how far it is.
 *
 * @param say - shows a line of progress
 * @param threads - how many; as the set is large, unless given
 */
export function threadedReplay(say: (message: string) => void, threads?: number): Replayer {
  return (curves, policies) =>
    outcomeMatrixInWorkers(curves, policies, {
      ...(threads === undefined ? {} : { threads }),
      onProgress: (done, total) => say(`replaying ${done} of ${total} runs`),
    });
}
