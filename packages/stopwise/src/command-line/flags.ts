import { hasDecimalComma, InvalidInputError, nearest, readLoss, readNumber, readShare } from "@stopwise/core";

/** What to do about a text that is no number, the decimal comma before all else. */
function fixOf(text: string, otherwise: string): string {
  return hasDecimalComma(text) ? `Write a decimal point: ${text.replace(",", ".")}.` : otherwise;
}

/** Reads the text of a flag. */
export type FlagReader<T> = (text: string) => T;

/**
 * A size or rate that must be above zero.
 *
 * @param flag - as the user writes it, e.g. `--dataset-size`
 */
export function positive(flag: string): FlagReader<number> {
  return (text) => {
    const value = readNumber(text);
    if (value > 0 && Number.isFinite(value)) return value;
    throw new InvalidInputError(
      `${flag} must be a number > 0, got ${text}.`,
      fixOf(text, "Leave the flag out where it is unknown."),
    );
  };
}

/** A number that may be zero but not less. */
export function nonNegative(flag: string): FlagReader<number> {
  return (text) => {
    const value = readNumber(text);
    if (value >= 0 && Number.isFinite(value)) return value;
    throw new InvalidInputError(
      `${flag} must be a number >= 0, got ${text}.`,
      fixOf(text, "Leave the flag out where it is unknown."),
    );
  };
}

/** A whole number that may be zero but not less. */
export function wholeNumber(flag: string): FlagReader<number> {
  return (text) => {
    const value = readNumber(text);
    if (value >= 0 && Number.isSafeInteger(value)) return value;
    throw new InvalidInputError(
      `${flag} must be a whole number >= 0, got ${text}.`,
      fixOf(text, "Write it like 3."),
    );
  };
}

/** A share strictly between 0 and 1, such as a confidence; `90%` is 0.9. */
export function openShare(flag: string): FlagReader<number> {
  return (text) => {
    const value = readShare(text);
    if (value > 0 && value < 1) return value;
    throw new InvalidInputError(
      `${flag} must be between 0 and 1, both excluded, got ${text}.`,
      fixOf(text, "For ninety percent write 0.9."),
    );
  };
}

/**
 * A loss of quality, absolute, in [0, 1]: `0.01`, `1pt` and `1%` are all one point. A bare number >= 0.3 is most
 * likely meant in points and is refused, never guessed.
 */
export function qualityLoss(flag: string): FlagReader<number> {
  return (text) => {
    const { value, hasUnit } = readLoss(text);
    if (!(value > 0)) {
      throw new InvalidInputError(
        `${flag} must be a loss of quality > 0 such as 0.01, 1pt or 1%, got ${text}.`,
        fixOf(text, "For one point write 1pt."),
      );
    }
    if (!hasUnit && value >= 0.3) {
      const fix = value <= 100 ? `Write points as ${text}pt.` : "For one point write 1pt.";
      throw new InvalidInputError(`${flag} as a bare number must be < 0.3, got ${text}.`, fix);
    }
    if (value <= 1) return value;
    throw new InvalidInputError(
      `${flag} must be at most 100 points, got ${text}.`,
      "For one point write 1pt.",
    );
  };
}

/**
 * A relative increase of a loss: `0.01` and `1%` are one percent.
 */
export function relativeIncrease(flag: string): FlagReader<number> {
  return (text) => {
    const value = readShare(text);
    if (value > 0 && Number.isFinite(value)) return value;
    throw new InvalidInputError(
      `${flag} must be a share > 0, got ${text}.`,
      fixOf(text, "For one percent write 1% or 0.01."),
    );
  };
}

/**
 * One of a few words; another is refused with the nearest.
 *
 * @param flag - as the user writes it
 * @param words - what is allowed
 */
export function oneOf<const T extends string>(flag: string, words: readonly T[]): FlagReader<T> {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new InvalidInputError(
      `${flag} must be one of ${words.join(", ")}, got ${text}.`,
      `Use ${nearest(text, words) ?? words[0]!}.`,
    );
  };
}

/** What `--threads` says of itself. */
export const threadsHelp = "threads that replay; default: one for small sets, else one per processor";

/** The value of `--threads`, 1 to 64. */
export function threadCount(text: string): number {
  const value = readNumber(text);
  if (Number.isInteger(value) && value >= 1 && value <= 64) return value;
  throw new InvalidInputError(`--threads must be a whole number from 1 to 64, got ${text}.`, "Leave it out.");
}

/**
 * A list of words with commas between them, each one of a few; another is refused with all that are allowed.
 *
 * @param flag - as the user writes it
 * @param words - what is allowed
 */
export function someOf<const T extends string>(flag: string, words: readonly T[]): FlagReader<T[]> {
  const one = (word: string): T => {
    const found = words.find((it) => it === word);
    if (found !== undefined) return found;
    throw new InvalidInputError(
      `${flag} must be one or more of ${words.join(", ")}, got ${word}.`,
      `Write several with a comma, such as ${words.join(",")}.`,
    );
  };
  return (text) => [...new Set(text.split(",").map((word) => one(word.trim())))];
}
