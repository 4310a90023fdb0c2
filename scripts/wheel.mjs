// Builds the Python wheel into clients/python/dist/, around the built command line: node scripts/wheel.mjs
//   PYTHON names the interpreter whose pip builds it; default python3.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const client = join(root, "clients/python");
const target = join(client, "dist");

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

run(process.execPath, [join(root, "scripts/setup.mjs"), "turbo", "run", "build"]);
mkdirSync(target, { recursive: true });
for (const name of readdirSync(target).filter((it) => it.endsWith(".whl"))) rmSync(join(target, name));
run(process.env.PYTHON ?? "python3", [
  "-m",
  "pip",
  "wheel",
  "--quiet",
  "--no-deps",
  client,
  "--wheel-dir",
  target,
]);
const [wheel] = readdirSync(target).filter((it) => it.endsWith(".whl"));
console.log(join(target, wheel));
