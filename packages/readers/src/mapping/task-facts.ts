import * as z from "zod/mini";
import { parseDocument } from "yaml";
import { endSchema, InvalidInputError } from "@stopwise/core";
import type { KnownFacts } from "./raw-run.ts";

const count = z.number().check(z.positive());

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

/**
 * Parses and checks `stopwise.yaml`.
 *
 * @param text - the file's content
 * @param file - how the file is named in errors
 * @throws {InvalidInputError} naming the file, the line or field, and the rule
 */
export function parseRunFacts(text: string, file = "stopwise.yaml"): RunFacts {
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem !== undefined) {
    const rule = problem.message.split("\n")[0]!.replace(/:$/, "");
    throw new InvalidInputError(`${file} is no valid YAML: ${rule}.`, "Fix the line, two blanks per level.");
  }
  const content: unknown = document.toJS() ?? { runs: [] };
  const parsed = z.safeParse(runFactsSchema, content);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(issueLine).slice(0, 3).join("; ");
  throw new InvalidInputError(`${file}: ${lines}.`, "See the comments that ingest writes into the file.");
}

/** A path glob as a regular expression: `**` crosses folders, `*` and `?` do not. */
export function globPattern(glob: string): RegExp {
  const body = glob
    .replace(/^\.\//, "")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/|\*\*|\*|\?/g, (found) =>
      found === "**/" ? "(?:.*/)?" : found === "**" ? ".*" : found === "*" ? "[^/]*" : "[^/]",
    );
  return new RegExp(`^${body}$`);
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
    const matches = [globs]
      .flat()
      .some(
        (glob) => globPattern(glob).test(path) || globPattern(`${glob.replace(/\/$/, "")}/**`).test(path),
      );
    if (matches) found = overlayFacts(found, entry);
  }
  return found;
}
