import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInputError, ModelFileError } from "@stopwise/core";

/** A model that was put into use. */
export interface ModelEntry {
  /** `sha256:...` of the file's bytes. */
  readonly version: string;
  /** Length of the file. */
  readonly nBytes: number;
  /** When it was put into use, ISO 8601. */
  readonly promotedAt: string;
  /** Further facts about it, e.g. what it was trained on. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What a model was trained on. */
export interface Training {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly runs: readonly string[];
}

/** What `current.json` holds: the models that were in use, oldest first; the last one is in use. */
interface Pointer {
  readonly version: 1;
  readonly history: readonly ModelEntry[];
}

const versionOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/**
 * The models of a store folder: files under `models/`, and one pointer file that names those that were put into use.
 * The pointer is replaced in one step, so that a reader sees the old model or the new one and never a half.
 * It needs no database: `recommend` reads the model in use from here.
 */
export class ModelRegistry {
  private readonly folder: string;

  /**
   * The registry of a store folder; nothing is read or written yet.
   *
   * @param folder - e.g. `.stopwise`
   */
  constructor(folder: string) {
    this.folder = join(folder, "models");
  }

  private get pointerFile(): string {
    return join(this.folder, "current.json");
  }

  /** The file of a model, whether or not it is there. */
  fileOf(version: string): string {
    return join(this.folder, `${version.replace("sha256:", "").slice(0, 16)}.stopwise.model`);
  }

  /** The models that were put into use, oldest first; the last one is in use. */
  history(): readonly ModelEntry[] {
    if (!existsSync(this.pointerFile)) return [];
    try {
      const { history } = JSON.parse(readFileSync(this.pointerFile, "utf8")) as Pointer;
      if (Array.isArray(history)) return history as readonly ModelEntry[];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw new ModelFileError(
      `${this.pointerFile} is no list of models.`,
      "Remove it and run stopwise retrain.",
    );
  }

  /** The model in use, or undefined where there is none yet. */
  current(): ModelEntry | undefined {
    return this.history().at(-1);
  }

  /**
   * The bytes of a model. Only their number is checked: a model file carries a checksum of its own, which is verified
   * when it is opened, and to hash some megabytes twice would be felt in every `recommend`.
   *
   * @throws {ModelFileError} when its file is missing or of another length
   */
  read({ version, nBytes }: ModelEntry): Uint8Array {
    const file = this.fileOf(version);
    if (!existsSync(file)) {
      throw new ModelFileError(`${file} is missing.`, "Run stopwise retrain, or retrain --rollback.");
    }
    const bytes = readFileSync(file);
    if (bytes.length === nBytes) return bytes;
    throw new ModelFileError(
      `${file} is not the file that was put into use.`,
      "Run stopwise retrain, or retrain --rollback.",
    );
  }

  private replace(file: string, content: Uint8Array | string): void {
    const draft = `${file}.${process.pid}.tmp`;
    writeFileSync(draft, content);
    renameSync(draft, file);
  }

  private point(history: readonly ModelEntry[]): void {
    const pointer: Pointer = { version: 1, history };
    this.replace(this.pointerFile, `${JSON.stringify(pointer, null, 2)}\n`);
  }

  /**
   * Puts a model into use.
   *
   * @param bytes - the model file
   * @param trained - what to remember about it
   * @param trained.facts - small, kept in the history
   * @param trained.runs - ids of the runs it was trained on, kept beside the model
   * @param promotedAt - now, unless said otherwise
   */
  promote(bytes: Uint8Array, trained: Training, promotedAt = new Date()): ModelEntry {
    const history = this.history();
    const entry = {
      version: versionOf(bytes),
      nBytes: bytes.length,
      promotedAt: promotedAt.toISOString(),
      facts: trained.facts,
    };
    mkdirSync(this.folder, { recursive: true });
    this.replace(this.fileOf(entry.version), bytes);
    this.replace(this.runsFileOf(entry), `${JSON.stringify(trained.runs)}\n`);
    this.point([...history, entry]);
    return entry;
  }

  private runsFileOf({ version }: ModelEntry): string {
    return this.fileOf(version).replace(/\.stopwise\.model$/, ".runs.json");
  }

  /** Ids of the runs that a model was trained on; none where their list is gone. */
  runsOf(entry: ModelEntry): readonly string[] {
    const file = this.runsFileOf(entry);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
  }

  private trialFile(key: string): string {
    return join(this.folder, "trials", `${key}.stopwise.model`);
  }

  /** A model that was fitted only to be compared, by its key; undefined where none is kept. */
  trial(key: string): Uint8Array | undefined {
    const file = this.trialFile(key);
    return existsSync(file) ? readFileSync(file) : undefined;
  }

  /** Keeps models that were fitted only to be compared, by key, in place of those that were kept before. */
  keepTrials(trials: ReadonlyMap<string, Uint8Array>): void {
    const folder = join(this.folder, "trials");
    mkdirSync(folder, { recursive: true });
    for (const [key, bytes] of trials) {
      this.replace(this.trialFile(key), bytes);
    }
    const wanted = new Set([...trials.keys()].map((key) => `${key}.stopwise.model`));
    for (const name of readdirSync(folder))
      if (!wanted.has(name)) rmSync(join(folder, name), { force: true });
  }

  /**
   * Puts the model before the one in use back into use.
   *
   * @returns the entry that is in use now; undefined means the model that ships with stopwise
   * @throws {InvalidInputError} when no model was put into use
   */
  rollback(): ModelEntry | undefined {
    const history = this.history();
    if (history.length === 0) {
      throw new InvalidInputError(
        "there is no model to roll back: none was put into use here.",
        "Run stopwise retrain first.",
      );
    }
    const before = history.at(-2);
    if (before !== undefined) this.read(before);
    this.point(history.slice(0, -1));
    return before;
  }
}
