import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const found = (): string | undefined =>
  [process.env["STOPWISE_CHROMIUM"], ...places].find((path) => path !== undefined && existsSync(path));

/** A Chromium of this machine; installed from the distribution where we may. Undefined, with the reason, without one. */
export function chromiumPath(): string | undefined {
  const here = found();
  if (here !== undefined) return here;
  const mayInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (mayInstall) {
    const options = { stdio: ["ignore" as const, "ignore" as const, "inherit" as const] };
    spawnSync("apt-get", ["update"], options);
    spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], options);
  }
  const installed = found();
  if (installed === undefined) console.log("skipped: there is no Chromium (name one with STOPWISE_CHROMIUM)");
  return installed;
}
