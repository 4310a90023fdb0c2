// The tests that need a real PostgreSQL, on one: installs Debian's package where that is missing and this user may, and
// then no test is skipped for want of a server. With CI=true it fails where it cannot run; else it says so and ends well.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const versions = "/usr/lib/postgresql";
const isThere = () =>
  existsSync(versions) && readdirSync(versions).some((it) => existsSync(join(versions, it, "bin/initdb")));

function install() {
  if (isThere() || process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "postgresql"],
  ]) {
    const { error } = spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env });
    if (error) return;
  }
}

install();
if (!isThere()) {
  console.error(
    "test:postgres: PostgreSQL is not installed and cannot be installed here (apt-get install postgresql, as root).",
  );
  process.exit(process.env.CI === "true" || process.env.CI === "1" ? 1 : 0);
}
const files = ["packages/store/src/store-contract.test.ts", "test/store.test.ts", "test/concurrency.test.ts"];
const { status } = spawnSync(join(root, "node_modules/.bin/vitest"), ["run", ...files], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, STOPWISE_REQUIRE_POSTGRES: "1" },
});
process.exit(status ?? 1);
