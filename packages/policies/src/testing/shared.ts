import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const root = new URL("../../../../", import.meta.url);

/** The text of a reference file beside the repository (gzipped or not); undefined, with the reason printed, if absent. */
export function sharedText(path: string): string | undefined {
  const file = fileURLToPath(new URL(`../shared/${path}`, root));
  if (!existsSync(file)) {
    console.warn(`skipped: reference data ../shared/${path} is not there`);
    return undefined;
  }
  const bytes = readFileSync(file);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}
