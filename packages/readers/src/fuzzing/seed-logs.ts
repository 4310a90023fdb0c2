import { consoleSeeds } from "./seed-consoles.ts";
import type { SeedLog } from "./seed-curve.ts";
import { eventSeed } from "./seed-events.ts";
import { tableSeeds } from "./seed-tables.ts";

/** One log of each format that is written as text, and TensorBoard's. */
export const seedLogs: readonly SeedLog[] = [...consoleSeeds, ...tableSeeds, eventSeed];
