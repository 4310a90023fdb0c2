import type { Command } from "commander";

/** Flags that every verb on the store shares. */
export interface StoreFlags {
  readonly store: string;
}

/** Adds `--store PLACE`; the environment's STOPWISE_STORE and then `.stopwise` stand in. */
export function addStoreFlag(command: Command): Command {
  // An empty STOPWISE_STORE counts as not set.
  const standard = process.env["STOPWISE_STORE"] || ".stopwise";
  return command.option(
    "--store <place>",
    "folder of the experiment store, or postgres://user@host/database (or STOPWISE_STORE)",
    standard,
  );
}
