// Settings that stopwise emits, loaded and run by the trainers' real classes, as far as their packages are installed in
// the Python that STOPWISE_TRAINERS_PYTHON names (default python3). Versions are printed; what is missing is skipped.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const emitted = spawnSync(
  process.execPath,
  ["--import", "tsx", join(root, "packages/trainers/src/testing/emit-settings.ts")],
  {
    cwd: root,
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "inherit"],
  },
);
if (emitted.status !== 0) process.exit(emitted.status ?? 1);
const python = process.env.STOPWISE_TRAINERS_PYTHON ?? "python3";
const { status, error } = spawnSync(python, [join(root, "packages/trainers/src/testing/load_settings.py")], {
  cwd: root,
  input: emitted.stdout,
  stdio: ["pipe", "inherit", "inherit"],
  env: { ...process.env, KERAS_BACKEND: process.env.KERAS_BACKEND ?? "jax", TOKENIZERS_PARALLELISM: "false" },
});
if (error)
  console.error(`test:settings: ${python}: ${error.message}. Name a Python with STOPWISE_TRAINERS_PYTHON.`);
process.exit(status ?? 1);
