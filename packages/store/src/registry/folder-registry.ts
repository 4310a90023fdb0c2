import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { InvalidInputError, ModelFileError } from "@stopwise/core";
import { writerName } from "../address.ts";
import { keptModels, type ModelEntry, type ModelRegistry, type Training } from "../contract.ts";
import { pruneDrafts, replaceFile } from "../files/draft.ts";
import { PromotionLog } from "./promotions.ts";

const versionOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/**
 * The models of a store folder: files under `models/`, and a log of those that were put into use. It needs no database:
 * `recommend` reads the model in use from here.
 */
export class FolderRegistry implements ModelRegistry {
  private readonly folder: string;
  private readonly log: PromotionLog;

  /**
   * The registry of a store folder; nothing is read or written yet.
   *
   * @param folder - e.g. `.stopwise`
   */
  constructor(folder: string) {
    this.folder = join(folder, "models");
    this.log = new PromotionLog(this.folder);
  }

  /** The file of a model, whether or not it is there. */
  fileOf(version: string): string {
    return join(this.folder, `${version.replace("sha256:", "").slice(0, 16)}.stopwise.model`);
  }

  /** The models that were put into use, oldest first; the last one is in use. */
  history(): readonly ModelEntry[] {
    return this.log.history();
  }

  /** The model in use, or undefined where there is none yet. */
  current(): ModelEntry | undefined {
    return this.log.current();
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

  /** Puts a model into use. */
  promote(bytes: Uint8Array, trained: Training, promotedAt = new Date()): ModelEntry {
    const entry: ModelEntry = {
      version: versionOf(bytes),
      nBytes: bytes.length,
      promotedAt: promotedAt.toISOString(),
      by: writerName(),
      facts: trained.facts,
    };
    mkdirSync(this.folder, { recursive: true });
    replaceFile(this.fileOf(entry.version), bytes);
    replaceFile(this.runsFileOf(entry), `${JSON.stringify(trained.runs)}\n`);
    this.log.promote(entry);
    this.prune();
    return entry;
  }

  /** Removes models that are too old to roll back to, and drafts of processes that were killed. */
  private prune(): void {
    const kept = new Set(
      this.history()
        .slice(-keptModels)
        .flatMap((entry) => [this.fileOf(entry.version), this.runsFileOf(entry)]),
    );
    for (const name of readdirSync(this.folder)) {
      const file = join(this.folder, name);
      const isModel = /^[0-9a-f]{16}\.(stopwise\.model|runs\.json)$/.test(name);
      if (isModel && !kept.has(file) && !this.isYoung(file)) rmSync(file, { force: true });
    }
    for (const folder of [this.folder, join(this.folder, "promotions"), join(this.folder, "trials")])
      pruneDrafts(folder);
  }

  /** A file that another process may be about to put into use. */
  private isYoung(file: string): boolean {
    const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    return modified !== undefined && Math.abs(Date.now() - modified) < 10 * 60_000;
  }

  private runsFileOf({ version }: ModelEntry): string {
    return this.fileOf(version).replace(/\.stopwise\.model$/, ".runs.json");
  }

  /** Ids of the runs that a model was trained on; undefined where their list is gone or damaged. */
  runsOf(entry: ModelEntry): readonly string[] | undefined {
    try {
      const runs: unknown = JSON.parse(readFileSync(this.runsFileOf(entry), "utf8"));
      const isList = Array.isArray(runs) && runs.every((it) => typeof it === "string");
      return isList ? runs : undefined;
    } catch {
      return undefined;
    }
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
    for (const [key, bytes] of trials) replaceFile(this.trialFile(key), bytes);
    const wanted = new Set([...trials.keys()].map((key) => `${key}.stopwise.model`));
    for (const name of readdirSync(folder))
      if (name.endsWith(".model") && !wanted.has(name)) rmSync(join(folder, name), { force: true });
    pruneDrafts(folder);
  }

  /**
   * Puts the model before the one in use back into use. Where the one in use cannot be opened itself, those before it that
   * cannot either are passed over.
   *
   * @returns the entry that is in use now; undefined means the model that ships with stopwise
   * @throws {InvalidInputError} when no model was put into use
   * @throws {ModelFileError} when the model before cannot be opened and the one in use can: that one stays
   */
  rollback(): ModelEntry | undefined {
    if (!this.log.isEmpty()) return this.log.rollback((history) => this.lastReadable(history)).at(-1);
    throw new InvalidInputError(
      "there is no model to roll back: none was put into use here.",
      "Run stopwise retrain first.",
    );
  }

  private fault(entry: ModelEntry): ModelFileError | undefined {
    try {
      this.read(entry);
      return undefined;
    } catch (error) {
      if (error instanceof ModelFileError) return error;
      throw error;
    }
  }

  /** How many entries stay so that the last of them can be opened; the one in use is not among them. */
  private lastReadable(history: readonly ModelEntry[]): number {
    const [inUse, before] = [history.at(-1), history.at(-2)];
    const isSound = inUse !== undefined && this.fault(inUse) === undefined;
    const fault = before && this.fault(before);
    if (isSound && fault !== undefined) throw fault;
    const older = history.slice(0, -1);
    while (older.length > 0 && this.fault(older.at(-1)!) !== undefined) older.pop();
    return older.length;
  }

  /** A folder holds nothing that must be given free. */
  close(): void {
    return undefined;
  }
}
