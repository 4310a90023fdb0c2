import * as z from "zod/mini";
import { parseDocument } from "yaml";
import { endSchema, InvalidInputError } from "@stopwise/core";
import { fitsWithin } from "./path-glob.ts";
import type { KnownFacts } from "./raw-run.ts";
import { nestsTooDeep } from "./settings-text.ts";

const multiples: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9, g: 1e9, t: 1e12 };

/** A number as the flags take it: `20k`, `20_000`, `20,000`, `1.5B`; NaN where it is none. */
function countOf(text: string): number {
  const [, digits = "", unit = ""] =
    /^(\d[\d_,]{0,30}(?:\.\d{1,20})?(?:e\+?\d{1,3})?)([kmbgt]?)$/i.exec(text.trim()) ?? [];
  return digits === ""
    ? Number.NaN
    : Number(digits.replace(/[_,]/g, "")) * (multiples[unit.toLowerCase()] ?? 1);
}

const count = z
  .union([z.number(), z.pipe(z.string(), z.transform(countOf))], {
    error: "must be a number > 0 such as 20000 or 20k",
  })
  .check(
    z.refine((value) => value > 0 && Number.isFinite(value), "must be a number > 0 such as 20000 or 20k"),
  );

/** Facts on runs that logs lack. Units: examples, tokens, optimiser steps, epochs. */
export const taskFactsSchema = z.strictObject({
  task: z.optional(z.string()),
  group: z.optional(z.string()),
  sweep: z.optional(z.string()),
  model: z.optional(z.string()),
  family: z.optional(z.string()),
  params: z.optional(count),
  datasetSize: z.optional(count),
  answerLength: z.optional(count),
  evalSize: z.optional(count),
  plannedSteps: z.optional(count),
  plannedTokens: z.optional(count),
  plannedEpochs: z.optional(count),
  end: z.optional(endSchema),
  metric: z.optional(z.string()),
  /** Training tokens of one optimiser step: gives the cost in tokens where the log counts steps only. */
  tokensPerStep: z.optional(count),
  /** Learning rate, schedule, regularisation and other settings by their names in run records. */
  hyper: z.optional(z.record(z.string(), z.unknown())),
});

/** Facts on runs that logs lack. */
export type TaskFacts = z.infer<typeof taskFactsSchema>;

const entrySchema = z.extend(taskFactsSchema, {
  /** Globs of log files, relative to the folder of `stopwise.yaml`: `*` within a folder, `**` across folders. */
  path: z.union([z.string(), z.array(z.string())]),
});

/** The content of `stopwise.yaml`: facts by path globs; where several entries match a log, later ones win. */
export const runFactsSchema = z.strictObject({ runs: z.array(entrySchema) });

/** The content of `stopwise.yaml`. */
export type RunFacts = z.infer<typeof runFactsSchema>;

const knownFields = Object.keys(taskFactsSchema.shape).join(", ");

function issueLine(issue: z.core.$ZodIssue): string {
  const at = issue.path.map(String).join(".") || "the document";
  if (issue.code === "unrecognized_keys") {
    return `${at}: unknown field ${issue.keys.join(", ")}; known are path, ${knownFields}`;
  }
  return `${at}: ${issue.message}`;
}

/** Facts that are still to be filled in (`task:` without a value) are none. */
function withoutOpenFacts(content: unknown): unknown {
  if (content === null || content === undefined) return { runs: [] };
  if (typeof content !== "object" || !("runs" in content)) return content;
  const { runs } = content;
  if (runs === null) return { ...content, runs: [] };
  if (!Array.isArray(runs)) return content;
  const filled = (runs as unknown[]).map((entry) =>
    typeof entry === "object" && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null))
      : entry,
  );
  return { ...content, runs: filled };
}

/**
 * Parses and checks `stopwise.yaml`.
 *
 * @param text - the file's content
 * @param file - how the file is named in errors
 * @throws {InvalidInputError} naming the file, the line or field, and the rule
 */
export function parseRunFacts(text: string, file = "stopwise.yaml"): RunFacts {
  if (nestsTooDeep(text)) {
    throw new InvalidInputError(`${file} nests too deep.`, "Entries are one level deep: see the guide.");
  }
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem !== undefined) {
    const rule = problem.message.split("\n")[0]!.replace(/:$/, "");
    throw new InvalidInputError(`${file} is no valid YAML: ${rule}.`, "Fix the line, two blanks per level.");
  }
  const content = withoutOpenFacts(document.toJS({ maxAliasCount: 50 }));
  const parsed = z.safeParse(runFactsSchema, content);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(issueLine).slice(0, 3).join("; ");
  throw new InvalidInputError(`${file}: ${lines}.`, "See the comments that ingest writes into the file.");
}

/** Lays facts over others; an undefined one leaves the other standing, settings are joined. */
export function overlayFacts(under: KnownFacts, over: KnownFacts): KnownFacts {
  const stated = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined));
  return { ...under, ...stated, hyper: { ...under.hyper, ...over.hyper } };
}

/**
 * The facts that `stopwise.yaml` gives for one log.
 *
 * @param facts - parsed file
 * @param path - the log, relative to the folder of the file, with forward slashes
 */
export function factsFor(facts: RunFacts | undefined, path: string): KnownFacts {
  let found: KnownFacts = {};
  for (const { path: globs, ...entry } of facts?.runs ?? []) {
    if ([globs].flat().some((glob) => fitsWithin(glob, path))) found = overlayFacts(found, entry);
  }
  return found;
}
