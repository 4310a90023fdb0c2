// Builds the wheel, installs it into a fresh virtual environment outside the checkout, without Node on its path, and
// runs the suites of clients/python/tests there: node scripts/test-python.mjs
//   PYTHON names the interpreter (3.9 or later); default python3.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const client = join(root, "clients/python");
const python = process.env.PYTHON ?? "python3";
const folder = mkdtempSync(join(tmpdir(), "stopwise-python-"));
const scripts = join(folder, process.platform === "win32" ? "Scripts" : "bin");
const own = join(scripts, process.platform === "win32" ? "python.exe" : "python");

/** Runs a command and shows it; a command that fails or cannot start ends the suite. */
function step(command, args, options = {}) {
  console.log(`== ${[command, ...args].join(" ")}`);
  const { status, error } = spawnSync(command, args, { cwd: folder, stdio: "inherit", ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args[0]} ended with status ${status}`);
}

function wheel() {
  const built = spawnSync(process.execPath, [join(root, "scripts/wheel.mjs")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (built.status !== 0) throw new Error("the wheel was not built");
  return built.stdout.trim();
}

/** The environment of a machine that has Python and nothing else: Node is not on its path. */
function bareEnvironment() {
  const hidden = ["PATH", "PYTHONPATH", "NODE_OPTIONS", "STOPWISE_STORE", "STOPWISE_TOKEN"];
  const kept = Object.entries(process.env).filter(([name]) => !hidden.includes(name.toUpperCase()));
  const path = process.platform === "win32" ? [scripts, process.env.SystemRoot + "\\System32"] : [scripts];
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), STOPWISE_TEST_WITHOUT_NODE: "1" };
}

try {
  const file = wheel();
  step(python, ["-m", "venv", join(folder)]);
  step(own, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", file]);
  const env = bareEnvironment();
  step(own, [join(client, "tools/generate_contract.py"), "--check"], { env });
  step(own, [join(client, "tests/run_all.py")], { env });
} catch (error) {
  console.error(`test:python failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
