import { constants, gunzipSync } from "node:zlib";

/** Text packs to a tenth, seldom to a hundredth; what unpacks to more is no log. */
const mostFactor = 200;
const leastLimit = 64 * (1 << 20);
const mostLimit = 4 * (1 << 30);

/** Bytes that a gzip archive may unpack to: 64 MiB, or 200 times its size, at most 4 GiB. */
export const unpackedLimit = (packedBytes: number): number =>
  Math.min(mostLimit, Math.max(leastLimit, mostFactor * packedBytes));

/** What is said of an archive that unpacks to more. */
export const isBombRule = "the gzip archive unpacks to far more than a log holds.";

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";

/**
 * Unpacks a gzip archive in memory; one that ends early gives what stands before.
 *
 * @returns the bytes, or the rule that the archive breaks
 */
export function unpack(bytes: Uint8Array): { bytes: Uint8Array } | { rule: string } {
  try {
    return {
      bytes: gunzipSync(bytes, {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: Math.min(unpackedLimit(bytes.length), 2 ** 31 - 1),
      }),
    };
  } catch (error) {
    return { rule: isTooLarge(error) ? isBombRule : "the gzip archive is damaged." };
  }
}
