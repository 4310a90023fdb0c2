import { ModelFileError, type PopulationName } from "@stopwise/core";
import { taskFeatureList } from "@stopwise/features";
import { RemainingGainModel } from "@stopwise/learners";
import { openContainer, type Container } from "../file/container.ts";
import { readLearnedPart, type LearnedPart } from "../file/learned-sections.ts";
import { Answers } from "./answers.ts";
import type { StartHeader } from "./start-header.ts";
import { StartModel } from "./start-model.ts";

/** The contract between a model's file and the program that reads it; another one is refused. */
export const modelContract = 2;

/** What a model's header says. */
export interface ModelHeader {
  readonly contract: number;
  readonly version: string;
  readonly trainedOn: string;
  readonly seed: number;
  readonly featureNames: readonly string[];
  /** Settings that past runs were replayed under, by name. */
  readonly portfolio: string;
  readonly populations: Readonly<Partial<Record<PopulationName, StartHeader>>>;
  /** A task that is certified by its own configurations, and by what names it goes. */
  readonly own?: { readonly names: readonly string[]; readonly start: StartHeader };
}

/** A part of a model, read when it is first asked about: a process asks about one population. */
export class ModelPart {
  /** What the names of its sections begin with. */
  readonly prefix: string;
  readonly header: StartHeader;
  readonly #container: Container;
  #start: StartModel | undefined;
  #answers: Answers | undefined;
  #learned: { part: LearnedPart | undefined } | undefined;
  #criterion: RemainingGainModel | undefined;

  constructor(container: Container, header: StartHeader, prefix: string) {
    this.#container = container;
    this.header = header;
    this.prefix = prefix;
  }

  /** What is predicted at the start of a run. */
  get start(): StartModel {
    return (this.#start ??= new StartModel(this.#container, this.header, this.prefix));
  }

  /** What was worked out for every task alike. */
  get answers(): Answers {
    return (this.#answers ??= new Answers(this.#answersText()));
  }

  /** What the learned criterion did on kept runs; undefined where the runs were too few to learn one. */
  get learned(): LearnedPart | undefined {
    return (this.#learned ??= { part: readLearnedPart(this.#container, this.prefix) }).part;
  }

  /** The learned criterion; undefined where the runs were too few to learn one. */
  get criterion(): RemainingGainModel | undefined {
    const name = `${this.prefix}.learned`;
    if (!this.#container.has(name)) return undefined;
    return (this.#criterion ??= RemainingGainModel.fromBytes(this.#container.section(name, "u8")));
  }

  #answersText(): string | undefined {
    const name = `${this.prefix}.answers`;
    if (!this.#container.has(name)) return undefined;
    return new TextDecoder().decode(this.#container.section(name, "u8"));
  }
}

/** The task with a part of its own, whose groups are its configurations. */
export interface OwnPart {
  readonly names: ReadonlySet<string>;
  readonly part: ModelPart;
}

/**
 * A model: what was learned from past runs, by population, ready to recommend. As JSON it is
 * `{ version, trainedOn, hash }`.
 */
export class StopwiseModel {
  readonly version: string;
  readonly trainedOn: string;
  /** SHA-256 of the model's content; policies with a learned criterion and stoppers pin it. */
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly header: ModelHeader;
  readonly populations: ReadonlyMap<PopulationName, ModelPart>;
  readonly own: OwnPart | undefined;
  /** Parts that are decoded when they are asked about. */
  readonly container: Container;

  constructor(bytes: Uint8Array, container: Container) {
    const header = checkedHeader(container.header);
    this.bytes = bytes;
    this.container = container;
    this.header = header;
    this.version = header.version;
    this.trainedOn = header.trainedOn;
    this.hash = container.hash;
    this.populations = new Map(
      Object.entries(header.populations).map(([name, start]) => [
        name as PopulationName,
        new ModelPart(container, start, name),
      ]),
    );
    this.own = header.own && {
      names: new Set(header.own.names),
      part: new ModelPart(container, header.own.start, "own"),
    };
  }

  toJSON(): { version: string; trainedOn: string; hash: string } {
    return { version: this.version, trainedOn: this.trainedOn, hash: this.hash };
  }
}

const retrain = "Retrain with this version of stopwise, or use the version that made the model.";

/** Names of two lists that only one of them has, in words. */
function difference(theirs: readonly string[], ours: readonly string[]): string {
  const only = (some: readonly string[], others: readonly string[]): string[] =>
    some.filter((name) => !others.includes(name));
  const parts = [
    ...only(theirs, ours).map((name) => `"${name}" is only in the model`),
    ...only(ours, theirs).map((name) => `"${name}" is only in this program`),
  ];
  return parts.length === 0 ? "they stand in another order" : parts.slice(0, 3).join(", ");
}

/**
 * The header, where it fits this program.
 *
 * @throws ModelFileError that names what does not fit
 */
function checkedHeader(header: unknown): ModelHeader {
  const known = header as Partial<ModelHeader>;
  if (known.contract !== modelContract) {
    throw new ModelFileError(
      `the model file has contract ${known.contract ?? 1}, this stopwise reads contract ${modelContract}.`,
      retrain,
    );
  }
  const ours = taskFeatureList.map(({ name }) => name);
  const theirs = known.featureNames ?? [];
  if (theirs.length !== ours.length || theirs.some((name, index) => name !== ours[index])) {
    throw new ModelFileError(
      `the model was made over other task features: ${difference(theirs, ours)}.`,
      retrain,
    );
  }
  return header as ModelHeader;
}

/**
 * Reads a model file.
 *
 * @param bytes the file's content
 * @throws ModelFileError when it is no model file, damaged, of another contract, or made over other features
 */
export function deserializeModel(bytes: Uint8Array): StopwiseModel {
  const container = openContainer(bytes);
  try {
    return new StopwiseModel(bytes, container);
  } catch (error) {
    if (error instanceof ModelFileError) throw error;
    throw new ModelFileError("the model file's content does not fit this version of stopwise.", "Retrain.");
  }
}

/** The bytes of a model file; the same runs and seed give the same bytes. */
export function serializeModel(model: StopwiseModel): Uint8Array {
  return model.bytes;
}
