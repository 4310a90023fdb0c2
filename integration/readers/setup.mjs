// Makes the Python environment of the suite: node integration/readers/setup.mjs
// Its folder: STOPWISE_READERS_VENV, else venv-readers in the system's folder for temporary files.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = process.env.STOPWISE_READERS_VENV ?? join(tmpdir(), "venv-readers");
const python = join(folder, "bin", "python");
const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};

if (!existsSync(python)) run("python3", "-m", "venv", folder);
run(
  python,
  "-m",
  "pip",
  "install",
  "--quiet",
  "--requirement",
  join(import.meta.dirname, "requirements.txt"),
);
console.log(`the environment of the suite is in ${folder}`);
