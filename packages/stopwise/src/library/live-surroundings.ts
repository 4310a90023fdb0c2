import { join } from "node:path";
import { InvalidInputError, sha256, type Policy, type SimplePolicy, type Task } from "@stopwise/core";
import type { LiveAnswer, LiveQuestion, LiveSurroundings } from "@stopwise/live";
import { deserializeModel, learnedCriteria, type StopwiseModel } from "@stopwise/meta-model/predict";
import { criteria, type StopperContext } from "@stopwise/policies";
import { FolderRegistry, isPostgres } from "@stopwise/store";
import { adviseFrom } from "./advice.ts";
import { findModel, loadModel, storeFolder } from "./model-source.ts";
import { parseRequest, type Request } from "./request.ts";

/** Folder of the journals of live runs: in the store, or for a store that is no folder in the working folder. */
export function liveFolder(store: string): string {
  if (!isPostgres(store)) return join(store, "live");
  return join(".stopwise", "spool", sha256(store).slice(0, 16));
}

/** The models of a store, by hash: the one in use, read again when another is put into use, and those before it. */
class Models {
  readonly #store: string;
  readonly #byHash = new Map<string, StopwiseModel>();
  /** Undefined for a team's store on a server, whose model was fetched beforehand. */
  readonly #registry: FolderRegistry | undefined;
  #inUse: { version: string | undefined; model: StopwiseModel } | undefined;

  constructor(store: string) {
    this.#store = store;
    this.#registry = isPostgres(store) ? undefined : new FolderRegistry(storeFolder(store));
  }

  inUse(): StopwiseModel {
    if (this.#registry === undefined) return loadModel(this.#store);
    const version = this.#registry.current()?.version;
    if (this.#inUse === undefined || this.#inUse.version !== version) {
      this.#inUse = { version, model: this.#keep(findModel(this.#store).bytes) };
    }
    return this.#inUse.model;
  }

  #keep(bytes: Uint8Array): StopwiseModel {
    const model = deserializeModel(bytes);
    this.#byHash.set(model.hash, model);
    return model;
  }

  /** A model that a run was started with, though another is in use by now. */
  of(hash: string): StopwiseModel {
    const inUse = this.inUse();
    if (inUse.hash === hash) return inUse;
    const known = this.#byHash.get(hash);
    if (known !== undefined) return known;
    for (const entry of this.#registry?.history() ?? []) {
      const model = this.#keep(this.#registry!.read(entry));
      if (model.hash === hash) return model;
    }
    throw new InvalidInputError(
      `the run was started with model ${hash}, in use is ${inUse.hash}.`,
      "Start it without state, as a new run, or put its model back with stopwise retrain --rollback.",
    );
  }
}

function modelOf(policy: Policy): string | undefined {
  if (!("of" in policy)) return policy.model;
  return policy.of.map(modelOf).find((model) => model !== undefined);
}

/** A fact or wish has one place. */
function requireOnce(question: LiveQuestion): void {
  const twice = Object.keys(question.task).find((name) => name in question.request);
  if (twice === undefined) return;
  throw new InvalidInputError(`${twice} is told in task and in request.`, "Say it once.");
}

function answerOf(model: StopwiseModel, question: LiveQuestion): LiveAnswer {
  requireOnce(question);
  const request = { ...question.task, ...question.request } as Request;
  const advice = adviseFrom(model, request);
  const { maxEmLoss, maxLossIncrease } = parseRequest(request);
  return {
    recommendation: advice.toJSON(),
    task: advice.task,
    learned: advice.advice.learned,
    maxLoss: maxEmLoss ?? maxLossIncrease ?? 0.01,
  };
}

/** More patient settings of the learned criterion, whose statistic is minus the gain expected: ever smaller gains count. */
function learnedThresholds(own: number): number[] {
  return Array.from({ length: 16 }, (_, k) => own + Math.abs(own) * (1 - 0.8 ** (k + 1)));
}

/**
 * What live runs of a store are given: the model in use answers, the library's stopper decides, journals lie beside the
 * store.
 *
 * @param store folder or address, as the user names it; the model of one on a server is fetched before, by `fetchTeamModel`
 */
export function liveSurroundings(store: string): LiveSurroundings {
  const models = new Models(store);
  return {
    store,
    folder: liveFolder(store),
    now: () => new Date(),
    recommend: (question) => answerOf(models.inUse(), question),
    contextFor: (policy, task) => contextFor(policy, task, models),
    thresholdsFor: (policy: SimplePolicy) =>
      policy.model === undefined
        ? (criteria.get(policy.criterion)?.thresholds ?? [])
        : learnedThresholds(policy.threshold ?? 0),
  };
}

function contextFor(policy: Policy, task: Task, models: Models): StopperContext {
  const hash = modelOf(policy);
  const planned = {
    steps: task.maxSteps ?? undefined,
    tokens: task.maxTokens ?? undefined,
    epochs: task.epochs ?? undefined,
  };
  const known = { task, planned, evalSize: task.evalSize ?? undefined };
  return hash === undefined
    ? known
    : { ...known, criteria: learnedCriteria(models.of(hash)), modelHash: hash };
}
