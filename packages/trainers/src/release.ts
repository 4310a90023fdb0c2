import { InvalidInputError } from "@stopwise/core";

/** Whether a release is at least another: `5.18.0` is at least `[4, 41]`. */
export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ours = 0, next = 0] = version.split(".").map(Number);
  return ours > major || (ours === major && next >= minor);
}

/**
 * The release that settings are written for: what `--target-version` says, else the newest that was read.
 *
 * @throws {InvalidInputError} when it is no release, with how a user finds out theirs
 */
export function releaseOf(
  given: string | undefined,
  { newest, find }: { newest: string; find: string },
): string {
  if (given === undefined) return newest;
  if (/^\d+\.\d+(\.\w+)*$/.test(given)) return given;
  throw new InvalidInputError(
    `--target-version must be a release such as ${newest}, got ${given}.`,
    `${find} to find yours.`,
  );
}
