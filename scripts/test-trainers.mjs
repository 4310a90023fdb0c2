// Trains small models with the real trainers (Transformers, TRL, Lightning, Keras), each with the callback of the
// wheel: node scripts/test-trainers.mjs [SUITE...]   (transformers, trl, lightning, keras; default all)
//   STOPWISE_TRAINERS_VENV names the virtual environment, outside the checkout; it is made where it is missing. It
//   takes about 2 GB. STOPWISE_SEED fixes the moments at which trainings are killed. PYTHON names the interpreter.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const here = join(root, "clients/python/integration");
const folder = process.env.STOPWISE_TRAINERS_VENV ?? join(tmpdir(), "stopwise-trainers-venv");
const own = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
const known = ["transformers", "trl", "lightning", "keras"];
const wanted = process.argv.slice(2);

/** Runs a command and shows it; one that fails or cannot start ends all. */
function step(command, args, options = {}) {
  console.log(`== ${[command, ...args].join(" ")}`);
  const { status, error, stdout } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${args.slice(0, 3).join(" ")} ended with status ${status}`);
  return stdout;
}

const versions = `
import importlib.metadata as told, platform
print("Python", platform.python_version())
for line in open("requirements.txt"):
    if "==" in line: name = line.split("==")[0]; print(name, told.version(name))
print("stopwise", told.version("stopwise"))
`;

try {
  const strange = wanted.find((name) => !known.includes(name));
  if (strange !== undefined) throw new Error(`no suite ${strange}; there are ${known.join(", ")}`);
  const wheel = step(process.execPath, [join(root, "scripts/wheel.mjs")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();
  if (!existsSync(own)) step(process.env.PYTHON ?? "python3", ["-m", "venv", folder]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  step(own, [...pip, "--requirement", join(here, "requirements.txt")]);
  step(own, [...pip, "--force-reinstall", "--no-deps", wheel]);
  step(own, ["-c", versions], { cwd: here });
  const suites = (wanted.length > 0 ? wanted : known).map((name) => `test_${name}_real`);
  step(own, ["-m", "unittest", "-v", ...suites], { cwd: here });
} catch (error) {
  console.error(`test:trainers failed: ${error.message}`);
  process.exitCode = 1;
}
