/** Trainers whose settings the doctor reads. */
export type Kind =
  | "huggingface"
  | "trl"
  | "axolotl"
  | "llama-factory"
  | "ms-swift"
  | "lightning"
  | "keras"
  | "composer"
  | "fastai"
  | "optuna"
  | "lightgbm"
  | "xgboost"
  | "together";

/** One setting as it stands in a file. */
export interface Setting {
  /** Undefined where the file holds something that only running it would tell. */
  readonly value: unknown;
  /** 1-based. */
  readonly line?: number;
  /** Where its value stands in the text, `[from, to)`. */
  readonly range?: readonly [number, number];
}

/** How a setting that is missing is added to the text. */
export type Insertion = (
  key: string,
  value: unknown,
) => { readonly at: number; readonly text: string } | undefined;

/** What a configuration is made of. */
export interface ConfigurationParts {
  readonly kind: Kind;
  readonly file: string;
  readonly settings: ReadonlyMap<string, Setting>;
  /** Whether what is not there is at its default; false where settings may come from elsewhere. */
  readonly complete: boolean;
  /** Release of the trainer, where it is known. */
  readonly release?: string | undefined;
  readonly insertion?: Insertion;
}

/**
 * The settings of one training run, whatever file they stand in. Keys are the trainer's own names; where a class has to be
 * told apart it stands before the name: `EarlyStopping.patience`.
 */
export class Configuration {
  readonly kind: Kind;
  readonly file: string;
  readonly complete: boolean;
  readonly release: string | undefined;
  readonly insertion: Insertion | undefined;
  readonly #settings: ReadonlyMap<string, Setting>;

  constructor({ kind, file, settings, complete, release, insertion }: ConfigurationParts) {
    this.kind = kind;
    this.file = file;
    this.complete = complete;
    this.release = release;
    this.insertion = insertion;
    this.#settings = settings;
  }

  /** A setting that stands there, whatever its value. */
  setting(key: string): Setting | undefined {
    return this.#settings.get(key);
  }

  has(key: string): boolean {
    return this.#settings.has(key);
  }

  /** Whether any key begins so, such as `EarlyStopping.`. */
  hasPart(prefix: string): boolean {
    return [...this.#settings.keys()].some((key) => key.startsWith(prefix));
  }

  /** Whether a setting is surely at its default. */
  isUnset(key: string): boolean {
    return this.complete && (!this.has(key) || this.setting(key)!.value === null);
  }

  number(key: string): number | undefined {
    const value = this.setting(key)?.value;
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  }

  text(key: string): string | undefined {
    const value = this.setting(key)?.value;
    return typeof value === "string" ? value : undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.setting(key)?.value;
    return typeof value === "boolean" ? value : undefined;
  }
}
