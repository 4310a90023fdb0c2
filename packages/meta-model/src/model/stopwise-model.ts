import { ModelFileError } from "@stopwise/core";
import { openContainer, type Container } from "../file/container.ts";
import { readLearnedPart, type LearnedPart } from "../file/learned-sections.ts";
import { thawedAnswers } from "../file/frozen-answers.ts";
import { StartModel, type StartHeader } from "./start-model.ts";

/** What a model's header says. */
export interface ModelHeader {
  readonly version: string;
  readonly trainedOn: string;
  readonly seed: number;
  readonly featureNames: readonly string[];
  readonly start: Readonly<Partial<Record<"quality" | "loss", StartHeader>>>;
  /** A task that is certified by its own configurations, and by what names it goes. */
  readonly own?: { readonly names: readonly string[]; readonly start: StartHeader };
  /** Answers to usual questions, frozen. */
  readonly answers?: string;
}

/** The part of a model for one task that was tuned often; read when it is first asked, which is seldom. */
class OwnPart {
  readonly names: ReadonlySet<string>;
  readonly #read: () => StartModel;
  #start: StartModel | undefined;

  constructor(container: Container, { names, start }: NonNullable<ModelHeader["own"]>) {
    this.names = new Set(names);
    this.#read = () => new StartModel(container, start, "own");
  }

  get start(): StartModel {
    return (this.#start ??= this.#read());
  }
}

/**
 * A model: what was learned from past runs, ready to recommend. As JSON it is `{ version, trainedOn }`.
 */
export class StopwiseModel {
  readonly version: string;
  readonly trainedOn: string;
  /** SHA-256 of the model's content; policies with a learned criterion and stoppers pin it. */
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly start: Readonly<Partial<Record<"quality" | "loss", StartModel>>>;
  /** The task with a part of its own, whose groups are its configurations. */
  readonly own: OwnPart | undefined;
  /** Bytes of the learned in-run criterion; undefined where the runs were too few to learn one. */
  readonly learned: Uint8Array | undefined;
  /** What the learned criterion did on the calibration runs. */
  readonly learnedParts: Readonly<Partial<Record<"quality" | "loss", LearnedPart>>>;
  /** Parts that are decoded when they are asked about. */
  readonly container: Container;
  /** Calibrations that were asked for, by question; they follow from the bytes alone. */
  readonly calibrations: Map<string, unknown>;

  constructor(bytes: Uint8Array, container: Container) {
    const header = container.header as ModelHeader;
    this.bytes = bytes;
    this.container = container;
    this.version = header.version;
    this.trainedOn = header.trainedOn;
    this.hash = container.hash;
    this.calibrations = thawedAnswers(header.answers ?? "[]");
    this.learned = container.has("learned") ? container.section("learned", "u8") : undefined;
    const part = (kind: "quality" | "loss"): Partial<Record<"quality" | "loss", StartModel>> => {
      const start = header.start[kind];
      return start === undefined ? {} : { [kind]: new StartModel(container, start, kind) };
    };
    this.start = { ...part("quality"), ...part("loss") };
    this.own = header.own === undefined ? undefined : new OwnPart(container, header.own);
    const [quality, loss] = [readLearnedPart(container, "quality"), readLearnedPart(container, "loss")];
    this.learnedParts = { ...(quality && { quality }), ...(loss && { loss }) };
  }

  toJSON(): { version: string; trainedOn: string } {
    return { version: this.version, trainedOn: this.trainedOn };
  }
}

/**
 * Reads a model file.
 *
 * @param bytes the file's content
 * @throws ModelFileError when it is no model file, damaged, of another version, or made over other features
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
