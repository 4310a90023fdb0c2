import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = process.env["STOPWISE_READERS_VENV"] ?? join(tmpdir(), "venv-readers");

/** The Python of the suite's environment. */
export const python = join(folder, "bin", "python");

/** Whether the environment is there: `npm run integration:readers:setup` makes it. */
export const isInstalled = existsSync(python);

const packages = [
  ...["torch", "transformers", "trl", "lightning", "keras", "jax", "mlflow", "optuna", "ray"],
  ...["sentence-transformers", "tensorboard", "wandb", "xgboost", "lightgbm"],
];

/** Names and versions of the packages that are installed; absent ones are not named. */
export function installedVersions(): ReadonlyMap<string, string> {
  const script = `
import importlib.metadata as m, sys
for name in sys.argv[1:]:
    try: print(name, m.version(name))
    except m.PackageNotFoundError: pass`;
  const lines = execFileSync(python, ["-c", script, ...packages], { encoding: "utf8" })
    .trim()
    .split("\n");
  return new Map(lines.map((line) => line.split(" ", 2) as [string, string]));
}

/** Runs one of the suite's writers; what it prints is returned, its errors too. */
export function write(script: string, ...args: readonly string[]): string {
  const path = join(import.meta.dirname, script);
  const env = { ...process.env, TOKENIZERS_PARALLELISM: "false", OMP_NUM_THREADS: "1", HF_HUB_OFFLINE: "1" };
  return execFileSync("/bin/sh", ["-c", 'exec "$0" "$@" 2>&1', python, path, ...args], {
    encoding: "utf8",
    env,
  });
}
