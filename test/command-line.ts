import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The built entry. */
export const entry = join(root, "packages/stopwise/dist/cli.js");

/** A file or folder of the reference data beside the repository. */
export const shared = (path: string): string => join(root, "../shared", path);

/** A run record as one line, for tests that need runs and not logs. */
export function recordLine(id: string, nCheckpoints: number, facts: Record<string, unknown> = {}): string {
  const points = Array.from({ length: nCheckpoints }, (_, i) => ({
    step: i + 1,
    quality: 1 - 1 / (i + 2 + (id.length % 5)),
  }));
  return JSON.stringify({ id, metric: "exact_match", task: id, end: "completed", ...facts, points });
}

/** Whether reference data is there; says so where it is not, since the tests that need it are skipped then. */
export function hasShared(path: string): boolean {
  const found = existsSync(shared(path));
  if (!found) console.log(`skipped: ../shared/${path} is not there`);
  return found;
}

/** What a call of the command line gave. */
export interface Called {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The one JSON document of stdout. */
  readonly json: () => unknown;
}

/** A working folder of its own for one test, as a user would have it. */
export class Workplace {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "stopwise-e2e-")));

  /** The path of a file in the folder. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** Calls the built command line in the folder. */
  stopwise(...args: readonly string[]): Called {
    const env = { ...process.env, STOPWISE_STORE: "", STOPWISE_DEBUG: "" };
    const options = { cwd: this.folder, encoding: "utf8", env, maxBuffer: 1 << 28 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], options);
    return { status, stdout, stderr, json: () => JSON.parse(stdout) as unknown };
  }

  /** Removes the folder. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
