import { InvalidInputError } from "./errors.ts";
import type * as z from "zod/mini";
import { ruleInWords } from "./rule-in-words.ts";

/** A value as an error message shows it. */
export function got(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<string, unknown>)[String(key)]
        : undefined,
    value,
  );
}

/** Parses with a schema; the first broken rule becomes an error that names field, rule and value. */
export function parseWith<T>(schema: z.ZodMiniType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const path = [where, ...issue.path.map(String)].filter((part) => part !== "").join(".") || "policy";
  if (issue.code === "unrecognized_keys") {
    throw new InvalidInputError(`${path} has no field "${issue.keys[0]!}".`, "Remove it or mend its name.");
  }
  const wrong = valueAt(value, issue.path);
  throw new InvalidInputError(`${path} ${ruleInWords(issue)}, got ${got(wrong)}.`, "Mend that field.");
}
