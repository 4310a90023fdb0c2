import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { groupOf, InvalidInputError, ModelFileError, regimeOf, type RunRecord } from "@stopwise/core";
import {
  deserializeModel,
  finishTraining,
  prepareTraining,
  serializeModel,
  trainLearned,
  trainStartParts,
  type ExperiencePack,
  type Past,
  type Replayer,
  type StopwiseModel,
} from "@stopwise/meta-model";
import {
  addressInWords,
  openRegistry,
  withStore,
  type ModelEntry,
  type ModelRegistry,
} from "@stopwise/store";
import { threadedReplay } from "../replaying/threaded-replay.ts";
import {
  compare,
  fewestCompared,
  heldOutGroups,
  judge,
  judgedRuns,
  shuffled,
  type Comparison,
} from "./held-out.ts";
import { absorbLive } from "../library/absorb-live.ts";
import { usualLimits } from "../library/trainer-limits.ts";
import { driftOf, type Drift } from "./drift.ts";
import { experienceFor, readPack, shippedExperience } from "./experience-files.ts";
import { shippedRuns } from "./shipped-runs.ts";
import { canWorkBeside, learnBeside } from "./learn-beside.ts";
import { modelsOf, trialKey, type Trial } from "./trial.ts";

/** How to retrain. */
export interface RetrainOptions {
  /** Folder of the store, or the address of a team's. */
  readonly store: string;
  /** Learn from the stored runs alone, without experience of others. */
  readonly ownOnly: boolean;
  /** Experience packs to learn from in place of the shipped ones. */
  readonly experience?: readonly string[];
  /** Put the model into use whatever the comparison says; recorded with it. */
  readonly promote?: boolean;
  readonly seed: number;
  /** Train also where nothing is new. */
  readonly force: boolean;
  /** Threads that replay; as the set is large, unless given. With 1 the in-run criterion is learned in this one too. */
  readonly threads?: number;
  readonly onProgress: (message: string) => void;
  /** Told once where others hold the store. */
  readonly onWait?: (line: string) => void;
}

/** What a retraining did. */
export interface Retrained {
  /** `promoted`: the new model is in use; `kept`: it was worse; `unchanged`: nothing was new. */
  readonly status: "promoted" | "kept" | "unchanged";
  readonly reason: string;
  /** The model in use now. */
  readonly model: { readonly version: string; readonly trainedOn: string };
  readonly nRuns: number;
  readonly nGroups: number;
  /** Runs that the model in use before was not trained on. */
  readonly nNewRuns: number;
  /** Null where there was nothing to compare with, or too few groups. */
  readonly comparison: Comparison | null;
  /** Facts in which new runs lie outside of all that the model in use was trained on. */
  readonly drift: readonly Drift[];
}

/** The model in use before: what it was trained on, and itself where it can be asked directly. */
interface InUse {
  readonly entry: ModelEntry | undefined;
  readonly model: StopwiseModel;
  /** Undefined where the list of its runs is gone: what it has seen is not known. */
  readonly runIds: ReadonlySet<string> | undefined;
  /** Why the model that was put into use last is not this one. */
  readonly damage?: string;
}

/** The runs to learn from. */
interface Gathered {
  readonly all: readonly RunRecord[];
  readonly own: readonly RunRecord[];
  /** Content of every stored run by its id. */
  readonly hashes: ReadonlyMap<string, string>;
}

interface StoredRuns {
  readonly runs: RunRecord[];
  readonly hashes: Map<string, string>;
}

/** Checkpoints of a run that are learned from at most: more tell nothing of when to stop, and cost memory. */
const mostCheckpoints = 10_000;

/** Runs that a comparison trains on at most: enough to rank two models, and a bound on its time. */
const comparisonRuns = 600;

async function storedRuns({ store: address, onWait }: RetrainOptions): Promise<StoredRuns> {
  await absorbLive(address);
  return withStore(address, { mode: "read", onWait }, async (store) => {
    const hashes = await store.hashes();
    if (hashes.size > 0) return { runs: await store.readRuns({}, mostCheckpoints), hashes };
    throw new InvalidInputError(
      `the store ${addressInWords(address)} is empty.`,
      "Run stopwise ingest PATH first.",
    );
  });
}

/** The model that ships; undefined where this copy has none, or has one that it cannot read: a retraining does without. */
function shippedModel(): StopwiseModel | undefined {
  const file = new URL("../model/stopwise.model", import.meta.url);
  if (!existsSync(file)) return undefined;
  try {
    return deserializeModel(readFileSync(file));
  } catch (error) {
    if (error instanceof ModelFileError) return undefined;
    throw error;
  }
}

/** The model that was put into use last; a message where it is damaged, which a retraining mends. */
async function lastPromoted(registry: ModelRegistry): Promise<InUse | string | undefined> {
  try {
    const entry = await registry.current();
    if (entry === undefined) return undefined;
    const model = deserializeModel(await registry.read(entry));
    const runs = await registry.runsOf(entry);
    return { entry, model, runIds: runs && new Set(runs) };
  } catch (error) {
    if (error instanceof ModelFileError) return error.message;
    throw error;
  }
}

/** The model to compare with: the one in use, or where that is damaged or there is none the one that ships. */
async function inUse(
  registry: ModelRegistry,
  shipped: readonly { readonly id: string }[],
): Promise<InUse | undefined> {
  const last = await lastPromoted(registry);
  if (last !== undefined && typeof last !== "string") return last;
  const model = shippedModel();
  const runIds = new Set(shipped.map(({ id }) => id));
  return model && { entry: undefined, model, runIds, ...(last !== undefined && { damage: last }) };
}

/** Equal for two training sets exactly when they hold the same records. */
function fingerprintOf(
  hashes: ReadonlyMap<string, string>,
  shipped: readonly RunRecord[],
  packs: readonly ExperiencePack[],
): string {
  const keys = [...hashes].map(([id, hash]) => `${id} ${hash}`).sort();
  const parts = [
    ...keys,
    "shipped",
    ...shipped.map(({ id }) => id).sort(),
    ...packs.map(({ hash }) => hash).sort(),
  ];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}

const without = (runs: readonly RunRecord[], groups: ReadonlySet<string>): RunRecord[] =>
  runs.filter((run) => !groups.has(groupOf(run)));

const replayOf = ({ onProgress, threads }: RetrainOptions): Replayer => threadedReplay(onProgress, threads);

/** The packs that are learned from beside own runs. */
function packsOf({ ownOnly, experience }: RetrainOptions): ExperiencePack[] {
  if (experience !== undefined) return experience.map(readPack);
  return ownOnly ? [] : shippedExperience();
}

/** The shipped model's other populations, which own runs have no part in, are taken over. */
function baseOf({ ownOnly, experience }: RetrainOptions): { base?: StopwiseModel } {
  const base = ownOnly || experience !== undefined ? undefined : shippedModel();
  return base === undefined ? {} : { base };
}

/** A training set of bounded size, the same on every call. */
function bounded(runs: readonly RunRecord[]): RunRecord[] {
  if (runs.length <= comparisonRuns) return [...runs];
  const kept = new Set(shuffled(runs.map(({ id }) => id)).slice(0, comparisonRuns));
  return runs.filter(({ id }) => kept.has(id));
}

/** What is compared: models fitted without the held-out groups, and the runs of these. */
interface Contest {
  readonly ours: Trial;
  /** The model in use itself where it never saw the held-out groups. */
  readonly theirs: Trial | StopwiseModel;
  readonly judged: readonly RunRecord[];
}

/**
 * Compares what the candidate's runs teach with what those of the model in use teach, on groups that neither has
 * seen: both are fitted without the held-out groups. A model in use that never saw them answers as it is. Null where
 * there are too few groups.
 */
function contestOf({ all, own, hashes }: Gathered, before: InUse, { seed }: RetrainOptions): Contest | null {
  const groups = heldOutGroups(own);
  const { runIds } = before;
  if (groups.size === 0 || runIds === undefined) return null;
  const known = all.filter(({ id }) => runIds.has(id));
  const hasSeen = known.some((run) => groups.has(groupOf(run)));
  const rest = without(known, groups);
  if (hasSeen && rest.length < 2) return null;
  const shipped = shippedModel()?.hash;
  const trialOf = (of: readonly RunRecord[]): Trial => {
    const runs = bounded(of);
    const key = shipped && trialKey(runs, ({ id }) => hashes.get(id), { seed, shipped });
    return { runs, key };
  };
  const theirs = hasSeen ? trialOf(rest) : before.model;
  return { ours: trialOf(without(all, groups)), theirs, judged: judgedRuns(own, groups) };
}

async function comparisonOf(
  { ours, theirs, judged }: Contest,
  registry: ModelRegistry,
  { seed, experience }: { seed: number; experience: readonly Past[] },
): Promise<Comparison> {
  const trials = "runs" in theirs ? [ours, theirs] : [ours];
  const models = await modelsOf(trials, { registry, seed, experience });
  const inUseOne = "runs" in theirs ? models[1]! : theirs;
  return compare(judge(models[0]!, judged), judge(inUseOne, judged));
}

const override = "Put it into use with --promote, or ingest runs of more groups.";
const verdictWords: Readonly<Record<Comparison["verdict"], string>> = {
  better: "It saves more than the model in use on groups that neither has seen.",
  alike: "It is not worse than the model in use on groups that neither has seen.",
  worse: "It saves less than the model in use on groups that neither has seen.",
  "loses-more":
    "It loses more than the bound, and more than the model in use, on groups that neither has seen.",
  "saves-nothing": "It saves nothing on the groups that neither has seen.",
  "too-few": `Too few own groups were held out to tell it from the model in use: ${fewestCompared} are needed. ${override}`,
};

function reasonOf(
  before: InUse | undefined,
  comparison: Comparison | null,
  options: Pick<RetrainOptions, "ownOnly">,
): string {
  if (before === undefined) return "There was no model before.";
  if (before.damage !== undefined) {
    return `The model in use could not be opened (${before.damage.replace(/[. ]*Run stopwise.*$/, "")}); this one takes its place.`;
  }
  if (before.runIds === undefined)
    return "What the model in use was trained on is not known any more: not compared.";
  if (comparison?.notWorse !== true && !keeps(before, comparison, options)) {
    return "It takes the place of the shipped model, since it shall hold own runs alone; too few own groups to compare the two.";
  }
  if (comparison === null)
    return `There are too few own groups to compare it with the model in use. ${override}`;
  return verdictWords[comparison.verdict];
}

/**
 * Trains a model on the stored runs and the shipped sweep, compares it with the model in use on held-out groups, and
 * puts it into use unless it is worse.
 *
 * @throws {InvalidInputError} when the store is empty
 */
export async function retrain(options: RetrainOptions): Promise<Retrained> {
  const stored = await storedRuns(options);
  const registry = await openRegistry(options.store, { onWait: options.onWait });
  try {
    return await retrainOn(stored, registry, options);
  } finally {
    await registry.close();
  }
}

/**
 * Whether the model in use stays: where the candidate is worse, and where own groups are too few to tell. What cannot be
 * compared at all takes its place: a damaged model, one whose runs are not known any more, and, for who wants no
 * experience of others, the shipped one.
 */
function keeps(
  before: InUse | undefined,
  comparison: Comparison | null,
  { ownOnly }: Pick<RetrainOptions, "ownOnly">,
): boolean {
  if (before?.runIds === undefined || before.damage !== undefined) return false;
  const cannotTell = comparison === null || comparison.verdict === "too-few";
  if (cannotTell && ownOnly && before.entry === undefined) return false;
  return comparison?.notWorse !== true;
}

async function retrainOn(
  { runs: own, hashes }: StoredRuns,
  registry: ModelRegistry,
  options: RetrainOptions,
): Promise<Retrained> {
  const shipped = (await shippedRuns()) ?? [];
  const packs = packsOf(options);
  // The sweep's curves tell of cadence and of less data where own runs are of its population.
  const isNear = own.some((run) => regimeOf(run).regime === "from-scratch" && run.kind === "quality");
  const others = options.ownOnly || !isNear ? [] : shipped.filter(({ id }) => !hashes.has(id));
  const all = [...own, ...others];
  const experience = experienceFor(packs, own);
  const before = await inUse(registry, [...shipped, ...shippedExperience().flatMap(({ past }) => past.runs)]);
  const fingerprint = fingerprintOf(hashes, others, packs);
  const known = before?.runIds;
  const fresh = all.filter(({ id }) => known?.has(id) !== true);
  const counts = {
    nRuns: all.length,
    nGroups: new Set(all.map(groupOf)).size,
    nNewRuns: fresh.length,
    drift:
      known === undefined
        ? []
        : driftOf(
            all.filter(({ id }) => known.has(id)),
            fresh,
          ),
  };
  if (!options.force && before?.entry?.facts["fingerprint"] === fingerprint) {
    const model = { version: before.model.version, trainedOn: before.model.trainedOn };
    return { status: "unchanged", reason: "Nothing is new.", model, ...counts, comparison: null };
  }
  const { seed, onProgress } = options;
  const training = prepareTraining(all, {
    seed,
    version: fingerprint,
    usualLimits,
    experience,
    ...baseOf(options),
    onProgress,
    replay: replayOf(options),
  });
  const learning = options.threads !== 1 && canWorkBeside() ? learnBeside(training.learned) : undefined;
  onProgress("comparing");
  const contest = before === undefined ? null : contestOf({ all, own, hashes }, before, options);
  const comparison = contest && (await comparisonOf(contest, registry, { seed, experience }));
  const reason = reasonOf(before, comparison, options);
  const isKept = keeps(before, comparison, options);
  if (before !== undefined && isKept && options.promote !== true) {
    learning?.abandon();
    const model = { version: before.model.version, trainedOn: before.model.trainedOn };
    return { status: "kept", reason, model, ...counts, comparison };
  }
  onProgress(`training on ${all.length} runs`);
  const parts = trainStartParts(training);
  onProgress("in-run criterion");
  const model = finishTraining(
    training,
    parts,
    await (learning?.sections() ?? trainLearned(training.learned)),
  );
  const facts = {
    fingerprint,
    trainedOn: model.trainedOn,
    ...counts,
    comparison,
    experience: packs.map(({ header, hash }) => `${header.name} ${hash}`),
    ...(isKept ? { promotedBy: "--promote" } : {}),
  };
  await registry.promote(serializeModel(model), { facts, runs: all.map(({ id }) => id) });
  const answer = { version: model.version, trainedOn: model.trainedOn };
  const said = isKept ? `${reason} It is in use because of --promote.` : reason;
  return { status: "promoted", reason: said, model: answer, ...counts, comparison };
}
