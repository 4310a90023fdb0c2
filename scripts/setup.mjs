// Installs the workspace when the lockfile, Node or platform changed, then runs the command it was given.
//   node scripts/setup.mjs [COMMAND ARG...]   (COMMAND is looked up in node_modules/.bin)
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const stampFile = join(root, "node_modules", ".stopwise-setup");

function run(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    env,
  });
  if (error) throw error;
  return status ?? 1;
}

function wantedStamp() {
  const lock = readFileSync(join(root, "pnpm-lock.yaml"));
  return createHash("sha256")
    .update(lock)
    .update(`${process.version} ${process.platform} ${process.arch}`)
    .digest("hex");
}

/** Brings node_modules in step with the lockfile; returns the exit status. */
export function setUp() {
  const stamp = wantedStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return 0;
  const status = run("npx", [
    "--yes",
    packageManager,
    "install",
    "--frozen-lockfile",
    "--reporter=append-only",
  ]);
  if (status === 0) writeFileSync(stampFile, stamp);
  return status;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...args] = process.argv.slice(2);
  let status = setUp();
  if (status === 0 && command !== undefined) {
    const bin = join(root, "node_modules", ".bin");
    const env = {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      TURBO_TELEMETRY_DISABLED: "1",
    };
    // turbo insists on finding the package manager on PATH: npx puts it there.
    status =
      command === "turbo"
        ? run("npx", ["--yes", packageManager, "exec", "turbo", ...args, "--output-logs=new-only"], env)
        : run(command, args, env);
  }
  process.exit(status);
}
