import {
  InvalidInputError,
  type Checkpoint,
  type LiveCheckpointMessage,
  type LiveStart,
} from "@stopwise/core";

/** What a checkpoint must fit to. */
export interface DoorFacts {
  readonly scale: LiveStart["scale"];
  /** What the run is judged by. */
  readonly kind: "quality" | "loss";
  /** Whether the first checkpoint told tokens; undefined before it. */
  readonly tellsTokens: boolean | undefined;
  readonly last: Checkpoint | undefined;
}

function unitValue(
  name: string,
  value: number | null | undefined,
  facts: DoorFacts,
): number | null | undefined {
  if (value === null || value === undefined) return value;
  if (facts.scale === "percent") {
    if (value >= 0 && value <= 100) return value / 100;
    throw new InvalidInputError(
      `${name} must be between 0 and 100 in percent, got ${value}.`,
      "Check the metric.",
    );
  }
  if (value >= 0 && value <= 1) return value;
  const fix =
    value > 1 && value <= 100
      ? 'For a score in percent start the run with "scale":"percent".'
      : "Send a score in [0, 1], higher is better; for a loss start with a loss as the task's metric.";
  throw new InvalidInputError(`${name} must be between 0 and 1, got ${value}.`, fix);
}

function requireMonitored(message: LiveCheckpointMessage, kind: DoorFacts["kind"]): void {
  if (kind === "quality" && message.quality === undefined) {
    throw new InvalidInputError(
      `the checkpoint at step ${message.step} has no quality, which this run is judged by.`,
      'Send quality (null where it is not finite), or start with "metric":"eval_loss" in the task.',
    );
  }
  if (kind === "loss" && message.evalLoss === undefined) {
    throw new InvalidInputError(
      `the checkpoint at step ${message.step} has no evalLoss, which this run is judged by.`,
      "Send evalLoss, null where it is not finite.",
    );
  }
}

function requireOrder(message: LiveCheckpointMessage, { last, tellsTokens }: DoorFacts): void {
  const { step, tokens } = message;
  if (last !== undefined && step <= last.step) {
    throw new InvalidInputError(
      `steps must rise, got ${step} after ${last.step}.`,
      "To go on from an older checkpoint, start the run again with that checkpoint's state.",
    );
  }
  if (tellsTokens === true && typeof tokens !== "number") {
    throw new InvalidInputError(
      `the checkpoint at step ${step} has no tokens, and those before it have.`,
      "Send the cumulative training tokens with every checkpoint, or with none.",
    );
  }
  if (typeof last?.tokens === "number" && typeof tokens === "number" && tokens < last.tokens) {
    throw new InvalidInputError(
      `tokens must not fall, got ${tokens} after ${last.tokens}.`,
      "Send cumulative training tokens.",
    );
  }
}

/**
 * The checkpoint of a message, in the unit scale; what cannot be right is refused here and never decided on.
 *
 * @throws InvalidInputError where the scale, the order or the series that counts does not fit
 */
export function checkpointOf(message: LiveCheckpointMessage, facts: DoorFacts): Checkpoint {
  requireMonitored(message, facts.kind);
  const { quality, testQuality, ...others } = message;
  const scores = {
    quality: unitValue("quality", quality, facts),
    testQuality: unitValue("testQuality", testQuality, facts),
  };
  requireOrder(message, facts);
  const value = facts.kind === "loss" ? { value: message.evalLoss } : {};
  const all = Object.entries({ ...others, ...scores, ...value });
  return Object.fromEntries(
    all.filter(([name, given]) => name !== "type" && given !== undefined),
  ) as Checkpoint;
}
