import { readFileSync } from "node:fs";
import { InvalidInputError } from "@stopwise/core";

/**
 * A JSON value that a flag gives as text or as the name of a file.
 *
 * @param flag - as the user writes it, e.g. `--policy`
 * @param given - text that begins with `{` or `[`, else a path
 * @throws {InvalidInputError} when the JSON is broken
 */
export function readJsonInput(flag: string, given: string): unknown {
  const isText = /^\s*[[{]/.test(given);
  const text = isText ? given : readFileSync(given, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const where = isText ? flag : `${flag} ${given}`;
    throw new InvalidInputError(`${where} is no valid JSON: ${error.message}.`, "Mend it there.");
  }
}
