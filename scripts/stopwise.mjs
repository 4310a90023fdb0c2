// The command line from a checkout: installs and builds when needed, then hands over to the built entry.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "packages/stopwise/dist/cli.js");

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isBuilt() {
  if (!existsSync(cli)) return false;
  const sources = [
    "core",
    "readers",
    "store",
    "features",
    "policies",
    "trainers",
    "answers",
    "learners",
    "meta-model",
    "referee",
    "live",
    "stopwise",
  ];
  const changed = Math.max(...sources.map((name) => newest(join(root, "packages", name, "src"))));
  return statSync(cli).mtimeMs >= changed;
}

if (!isBuilt()) {
  const { status } = spawnSync(process.execPath, [join(root, "scripts/setup.mjs"), "turbo", "run", "build"], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
  // A build that turbo takes from its cache keeps its old time: it is up to date all the same.
  const now = new Date();
  utimesSync(cli, now, now);
}
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
process.argv[1] = cli;
await import(pathToFileURL(cli).href);
