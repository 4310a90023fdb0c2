import type { Policy, Recommendation, SimplePolicy, Task } from "@stopwise/core";
import type { StopperContext } from "@stopwise/policies";

/** What a live run asks: facts of the task and how the answer is wanted, as they came. */
export interface LiveQuestion {
  readonly task: Readonly<Record<string, unknown>>;
  readonly request: Readonly<Record<string, unknown>>;
}

/** The in-run answer of a recommendation. */
export interface LearnedOption {
  readonly policy: SimplePolicy;
  readonly sentence: string;
  readonly status: Recommendation["status"];
  readonly certificate: Recommendation["certificate"];
}

/** The answer to a question. */
export interface LiveAnswer {
  /** As `recommend --json` prints it. */
  readonly recommendation: Recommendation;
  /** The facts as they were understood. */
  readonly task: Task;
  /** The policy that looks at every checkpoint, where the model has one. */
  readonly learned?: LearnedOption | undefined;
  /** The largest loss that was asked for. */
  readonly maxLoss: number;
}

/** What a live run is given by whoever runs it: how to recommend, how to decide, where to record. */
export interface LiveSurroundings {
  /**
   * Answers how a run should be stopped.
   *
   * @throws InvalidInputError where a fact or a wish is not allowed
   */
  readonly recommend: (question: LiveQuestion) => LiveAnswer;
  /**
   * What a stopper of this policy may know of a run of this task; the criteria of the model that the policy names.
   *
   * @throws InvalidInputError where that model is not to be had
   */
  readonly contextFor: (policy: Policy, task: Task) => StopperContext;
  /** Thresholds that this policy can be given instead of its own, from eager to patient. */
  readonly thresholdsFor: (policy: SimplePolicy) => readonly number[];
  /** Folder of the journals. */
  readonly folder: string;
  /** The store as the user named it. */
  readonly store: string;
  readonly now: () => Date;
}
