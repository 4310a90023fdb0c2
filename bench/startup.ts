import { upperMedian } from "@stopwise/core";
// Whole-process time of the command line beside a bare `node -e 0`, in turns: tsx bench/startup.ts [ROUNDS]
// Needs the built package (npm run build).
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const rounds = Number(process.argv[2] ?? 20);
const entry = fileURLToPath(new URL("../packages/stopwise/dist/cli.js", import.meta.url));
const task = ["--dataset-size", "20000", "--answer-length", "4", "--family", "t5", "--max-em-loss", "1pt"];
const bar = 2;

const calls: readonly { name: string; args: readonly string[] }[] = [
  { name: "node -e 0", args: ["-e", "0"] },
  { name: "stopwise --version", args: [entry, "--version"] },
  { name: "stopwise recommend", args: [entry, "recommend", ...task] },
  { name: "stopwise recommend --json", args: [entry, "recommend", "--json", ...task] },
];

const cwd = mkdtempSync(join(tmpdir(), "stopwise-bench-"));
const milliseconds = new Map(calls.map(({ name }) => [name, [] as number[]]));
try {
  for (let round = 0; round < rounds; round++) {
    for (const { name, args } of calls) {
      const start = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
      milliseconds.get(name)!.push(performance.now() - start);
      // 3: abstained, which is an answer.
      if (status !== 0 && status !== 3) throw new Error(`${name} failed: ${stderr}`);
    }
  }
} finally {
  rmSync(cwd, { recursive: true });
}
const bare = upperMedian(milliseconds.get("node -e 0")!);
console.log(`start-up, medians of ${rounds}, in turns`);
for (const { name } of calls) {
  const time = upperMedian(milliseconds.get(name)!);
  const verdict =
    name === "stopwise recommend" ? ` (bar ${bar}: ${time <= bar * bare ? "met" : "missed"})` : "";
  console.log(
    `${name.padEnd(26)} ${time.toFixed(0).padStart(5)} ms  ${(time / bare).toFixed(2)} x${verdict}`,
  );
}
