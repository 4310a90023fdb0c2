import { readdirSync, readFileSync, statSync, type Dirent } from "node:fs";
import { join } from "node:path";

/** A file that may hold settings. */
export interface FoundFile {
  readonly path: string;
  readonly text: string;
}

/** What was found under a path: files to look into, and those that were passed over with the reason. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

const endings = /\.(ya?ml|json|py)$/i;
const passedOver = new Set(["node_modules", "__pycache__", "site-packages", "venv", "wandb-cache"]);
/** Larger files are logs, not settings. */
const mostBytes = 8 * 2 ** 20;
const mostDepth = 12;

/** Of checkpoint folders beside each other only the last is looked into: the others hold the same settings. */
function withoutOlderCheckpoints(entries: readonly Dirent[]): Dirent[] {
  const stepOf = ({ name }: Dirent): number => Number(/^checkpoint-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  const last = Math.max(...entries.map(stepOf).filter((step) => !Number.isNaN(step)));
  return entries.filter((entry) => Number.isNaN(stepOf(entry)) || stepOf(entry) === last);
}

function walk(folder: string, depth: number, found: string[]): void {
  const entries = withoutOlderCheckpoints(readdirSync(folder, { withFileTypes: true }));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile() && endings.test(entry.name)) found.push(path);
    else if (
      entry.isDirectory() &&
      depth < mostDepth &&
      !entry.name.startsWith(".") &&
      !passedOver.has(entry.name)
    ) {
      walk(path, depth + 1, found);
    }
  }
}

function read(path: string): FoundFile | { path: string; reason: string } {
  try {
    const { size } = statSync(path);
    if (size > mostBytes) return { path, reason: "it is larger than settings are" };
    return { path, text: readFileSync(path, "utf8").replace(/^\uFEFF/, "") };
  } catch (error) {
    return { path, reason: `it cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})` };
  }
}

/**
 * Files that may hold settings: the path itself, or what stands under it in YAML, JSON and Python.
 *
 * @throws an error of the file system when the path itself is not there
 */
export function findConfigurations(path: string): FoundFiles {
  if (!statSync(path).isDirectory())
    return { files: [{ path, text: readFileSync(path, "utf8").replace(/^\uFEFF/, "") }], skipped: [] };
  const paths: string[] = [];
  walk(path, 0, paths);
  const all = paths.map(read);
  return {
    files: all.filter((it): it is FoundFile => "text" in it),
    skipped: all.filter((it): it is { path: string; reason: string } => "reason" in it),
  };
}
