import type { ConsolePlace } from "./console-places.ts";

/** What a console line tells: where the run stands and the numbers it names. */
export interface ConsoleLine extends ConsolePlace {
  /** Numbers by name as written. */
  readonly values: ReadonlyMap<string, number>;
}
