import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Names, sizes and times of all files below a folder, hashed: equal as long as nothing was written there. Only whether
 * times differ counts, so that a clock that is set back does no harm. A folder that cannot be read is like an empty one.
 */
export function folderSignature(folder: string): string {
  const hash = createHash("sha256");
  for (const file of filesBelow(folder)) {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isFile() === true) hash.update(`${file}\0${stat.size}\0${stat.mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return [folder];
    if (code === "ENOENT" || code === "EACCES") return [];
    throw error;
  }
}
