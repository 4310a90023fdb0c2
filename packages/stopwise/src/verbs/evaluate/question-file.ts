import { createReadStream, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { InvalidInputError } from "@stopwise/core";
import { questionOf, type Question } from "@stopwise/answers";

function linesOf(path: string): AsyncIterable<string> {
  const bytes = createReadStream(path);
  return createInterface({
    input: path.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes,
    crlfDelay: Infinity,
  });
}

/** The value of a JSON line; undefined for anything else. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

const holdsSamples = (record: unknown): boolean =>
  typeof record === "object" && record !== null && Array.isArray((record as { samples?: unknown }).samples);

/** Whether a file's first line is a question with sampled answers rather than a run. */
async function holdsQuestions(path: string): Promise<boolean> {
  if (!/\.(jsonl|json|ndjson)(\.gz)?$/.test(path) || !statSync(path, { throwIfNoEntry: false })?.isFile())
    return false;
  try {
    for await (const line of linesOf(path)) if (line.trim() !== "") return holdsSamples(parsed(line));
  } catch {
    // A file that cannot be read is named by whoever reads it for runs.
    return false;
  }
  return false;
}

/**
 * The questions of a file of sampled answers, one JSON object a line, plain or gzipped; undefined when the file holds
 * something else.
 *
 * @throws {InvalidInputError} naming the line that is wrong.
 */
export async function readQuestionFile(path: string): Promise<Question[] | undefined> {
  if (!(await holdsQuestions(path))) return undefined;
  const questions: Question[] = [];
  let number = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    if (line.trim() === "") continue;
    const record = parsed(line);
    if (record === undefined) {
      throw new InvalidInputError(`${path}:${number} is not JSON.`, "Mend or remove that line.");
    }
    try {
      questions.push(questionOf(record));
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      throw new InvalidInputError(`${path}:${number}: ${error.message}`, "");
    }
  }
  return questions;
}
