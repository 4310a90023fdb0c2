import type { Command } from "commander";

/** Adds a verb's arguments, flags, examples and action to its command. */
export type DefineVerb = (command: Command) => void;

/** A verb of the command line; its code is loaded when it is called. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<DefineVerb>;
}
