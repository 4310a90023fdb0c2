import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ModelFileError } from "@stopwise/core";
import { writerName } from "../address.ts";
import type { ModelEntry } from "../contract.ts";
import { replaceFile, writeDraft } from "../files/draft.ts";

/** What `current.json` holds, for people and other programs: the models in use, oldest first; the last one is in use. */
interface Pointer {
  readonly version: 1;
  readonly history: readonly ModelEntry[];
}

/** One file of the log: which models are in use from then on, oldest first. */
interface Step {
  readonly action: "promote" | "rollback";
  readonly by: string;
  readonly at: string;
  /** The model that was put into use. */
  readonly entry?: ModelEntry;
  /** After a rollback: how many of the models before are still in use. */
  readonly kept?: number;
}

/**
 * The log of what was put into use in a folder: numbered files that are only ever added, each in one step under a
 * number that nobody else has. Processes that promote at the same time lose nothing, there is no lock to be left
 * behind, and a damaged file costs its own entry.
 */
export class PromotionLog {
  private readonly folder: string;
  private readonly pointerFile: string;

  /**
   * The log of a folder; nothing is read or written yet.
   *
   * @param models - the folder of the models
   */
  constructor(models: string) {
    this.folder = join(models, "promotions");
    this.pointerFile = join(models, "current.json");
  }

  private numbers(): number[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : []))
      .sort((a, b) => a - b);
  }

  private fileOf(number: number): string {
    return join(this.folder, `${String(number).padStart(8, "0")}.json`);
  }

  private step(number: number): Step | undefined {
    try {
      const step = JSON.parse(readFileSync(this.fileOf(number), "utf8")) as Step;
      const isWhole = step.action === "rollback" ? typeof step.kept === "number" : isEntry(step.entry);
      return isWhole ? step : undefined;
    } catch {
      return undefined;
    }
  }

  /** Entries of a folder that an earlier version wrote, which knew `current.json` alone. */
  private earlier(): readonly ModelEntry[] {
    if (!existsSync(this.pointerFile)) return [];
    try {
      const { history } = JSON.parse(readFileSync(this.pointerFile, "utf8")) as Pointer;
      if (Array.isArray(history)) return history.filter(isEntry);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw new ModelFileError(`${this.pointerFile} is damaged.`, "Run stopwise retrain.");
  }

  /**
   * The models that are in use, oldest first; the last one is in use. Damaged files are passed over.
   *
   * @throws {ModelFileError} when nothing of it can be read
   */
  history(): readonly ModelEntry[] {
    const numbers = this.numbers();
    if (numbers.length === 0) return this.earlier();
    return this.fold(numbers);
  }

  private fold(numbers: readonly number[]): readonly ModelEntry[] {
    let history: ModelEntry[] = [];
    for (const number of numbers) {
      const step = this.step(number);
      if (step?.entry !== undefined) history.push(step.entry);
      else if (step?.kept !== undefined) history = history.slice(0, step.kept);
    }
    return history;
  }

  /**
   * The model in use: the newest file alone tells it unless that is a rollback or damaged.
   *
   * @throws {ModelFileError} when the newest file is damaged, since what it put into use is not known
   */
  current(): ModelEntry | undefined {
    const numbers = this.numbers();
    const last = numbers.at(-1);
    if (last === undefined) return this.earlier().at(-1);
    const step = this.step(last);
    if (step === undefined) {
      throw new ModelFileError(
        `${this.fileOf(last)} is damaged.`,
        "Run stopwise retrain, or retrain --rollback.",
      );
    }
    return step.entry ?? this.fold(numbers).at(-1);
  }

  /** Whether nothing was ever put into use here, or all of it was taken back. */
  isEmpty(): boolean {
    try {
      const numbers = this.numbers();
      // A damaged newest file may have put something into use.
      return (
        this.history().length === 0 && (numbers.length === 0 || this.step(numbers.at(-1)!) !== undefined)
      );
    } catch (error) {
      if (error instanceof ModelFileError) return false;
      throw error;
    }
  }

  /** Adds an entry. */
  promote(entry: ModelEntry): void {
    this.migrate();
    this.append(() => ({ action: "promote", by: entry.by ?? "", at: entry.promotedAt, entry }));
  }

  /**
   * Takes entries back.
   *
   * @param keep - how many of a history stay; called again where another process was quicker
   */
  rollback(keep: (history: readonly ModelEntry[]) => number): readonly ModelEntry[] {
    this.migrate();
    this.append(() => ({
      action: "rollback",
      by: writerName(),
      at: new Date().toISOString(),
      kept: keep(this.history()),
    }));
    return this.history();
  }

  /** Takes over what an earlier version wrote; where that is damaged, the log begins anew. */
  private migrate(): void {
    if (this.numbers().length > 0 || !existsSync(this.pointerFile)) return;
    let earlier: readonly ModelEntry[] = [];
    try {
      earlier = this.earlier();
    } catch (error) {
      if (!(error instanceof ModelFileError)) throw error;
    }
    earlier.forEach((entry, i) => {
      this.place(i + 1, { action: "promote", by: entry.by ?? "", at: entry.promotedAt, entry });
    });
  }

  /** Puts a step under a number; false where that is taken. */
  private place(number: number, step: Step): boolean {
    mkdirSync(this.folder, { recursive: true });
    const draft = writeDraft(this.fileOf(number), `${JSON.stringify(step, null, 2)}\n`);
    try {
      linkSync(draft, this.fileOf(number));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  private append(next: () => Step): void {
    for (;;) {
      const number = 1 + (this.numbers().at(-1) ?? 0);
      if (this.place(number, next())) break;
    }
    const pointer: Pointer = { version: 1, history: this.history() };
    replaceFile(this.pointerFile, `${JSON.stringify(pointer, null, 2)}\n`);
  }
}

function isEntry(value: unknown): value is ModelEntry {
  if (typeof value !== "object" || value === null) return false;
  const { version, nBytes } = value as Partial<ModelEntry>;
  return typeof version === "string" && typeof nBytes === "number";
}
