import type { Configuration, Kind } from "./configuration.ts";

/** What a rule has to say about a configuration. */
export interface Found {
  /** The setting that it is about; its line is shown. */
  readonly at?: string | undefined;
  readonly message: string;
  readonly fix: string;
  /** A change of one setting that does what the fix says, where one does. */
  readonly edit?: { readonly key: string; readonly value: unknown };
}

/** One thing that will not do what its author thinks. */
export interface DoctorRule {
  readonly id: string;
  readonly kinds: readonly Kind[];
  /** `error`: the trainer refuses it, or it does something else; `warning`: it may. */
  readonly severity: "error" | "warning";
  /** When it fires, in one sentence, for the documents. */
  readonly when: string;
  /** Where the behaviour is to be seen: file or issue of the trainer. */
  readonly source: string;
  readonly check: (config: Configuration) => Found | undefined;
}
