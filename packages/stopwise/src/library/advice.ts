import { trainerFor, type TrainerConfig } from "@stopwise/trainers";
import { InvalidInputError, nearest, type Policy, type Recommendation, type Task } from "@stopwise/core";
import { recommendFrom, type StopwiseModel } from "@stopwise/meta-model/predict";
import { fetchModel } from "./model-source.ts";
import { limitOf } from "./trainer-limits.ts";
import { parseRequest, taskOfRequest, type FullRequest, type Request } from "./request.ts";

/** A recommendation that can be put to work: what `recommend --json` prints, with the task and the model beside it. */
export interface Advice extends Omit<Recommendation, "model"> {
  readonly task: Task;
  /** The model that answered; `createStopper` needs it for learned criteria. As JSON it is `{ version, trainedOn }`. */
  readonly model: StopwiseModel;
  /**
   * The trainer's own settings for the policy, with what is exact, approximate or impossible spelled out.
   *
   * @throws InvalidInputError when the trainer cannot carry out this policy; ask with `target` instead.
   */
  toConfig: (target: string, version?: string) => TrainerConfig;
  /** The recommendation as the command line prints it. */
  toJSON: () => Recommendation;
}

function configOf(policy: Policy, task: Task, request: FullRequest): Record<string, unknown> | null {
  if (request.target === undefined) return null;
  return {
    ...trainerFor(request.target).configOf(policy, {
      task,
      version: request.targetVersion,
      scale: request.scale,
    }),
  };
}

/**
 * Refuses a task's name that no past run goes by: it would change nothing.
 *
 * @throws InvalidInputError with the names that are known
 */
export function requireKnownName(model: StopwiseModel, { name, consider }: Request): void {
  const known = [...(model.own?.names ?? [])];
  // Changes of a task are read off the curves of any past task, not only of one that was tuned often.
  if (name === null || name === undefined || consider !== undefined || known.includes(name)) return;
  const near =
    nearest(name, known) ?? (known.length > 0 && known.length <= 10 ? known.join(", ") : undefined);
  throw new InvalidInputError(
    `no task of the past runs that were tuned often goes by the name ${JSON.stringify(name)}.`,
    near === undefined ? "Leave the name out: facts of the task find its neighbours." : `Known: ${near}.`,
  );
}

/** Recommends from a model already in memory. Under a millisecond; the task's unknown fields stay unknown. */
export function adviseFrom(model: StopwiseModel, request: Request): Advice {
  const full = parseRequest(request);
  const task = taskOfRequest(full);
  const trainer = full.target === undefined ? undefined : trainerFor(full.target);
  const answer = recommendFrom(model, task, {
    bound: full.bound,
    maxLoss: full.maxEmLoss ?? full.maxLossIncrease ?? 0.01,
    alpha: Number((1 - full.confidence).toPrecision(12)),
    delivery: full.delivery,
    ...(full.pointWorth === undefined ? {} : { pointWorth: full.pointWorth }),
    ...(trainer === undefined
      ? {}
      : {
          expressible: limitOf(trainer, {
            delivery: full.delivery,
            withWarmup: trainer.takesWarmup(task),
            version: full.targetVersion,
          }),
        }),
    ...(full.consider === undefined ? {} : { consider: full.consider }),
    ...(full.evalCost === undefined ? {} : { evalCost: full.evalCost }),
    seed: full.seed,
  });
  const recommendation = { ...answer, config: configOf(answer.policy, task, full) };
  return {
    ...recommendation,
    task,
    model,
    toConfig: (target, version) =>
      trainerFor(target).configOf(answer.policy, { task, version, scale: full.scale }),
    toJSON: () => recommendation,
  };
}

/**
 * Recommends a stopping policy for a run that is about to start, from the model in use: the one that `stopwise
 * retrain` put into use in the working folder's store, else the one that ships with the package.
 *
 * @param request the task as far as it is known, and the bound; `maxEmLoss` 0.01 is one point
 * @throws InvalidInputError when a field is not allowed; ModelFileError when the model cannot be read.
 * @example
 * const advice = await recommend({ datasetSize: 12_000, answerLength: 4, family: "t5", maxEmLoss: 0.01 });
 */
export async function recommend(request: Request & { store?: string }): Promise<Advice> {
  const { store, ...rest } = request;
  const model = await fetchModel(store);
  requireKnownName(model, rest);
  return adviseFrom(model, rest);
}
