/**
 * How much time and memory an ingest of a large tree takes: made-up files in 100 to a folder, mostly small JSON and
 * text beside a log in every hundredth place. Memory must not grow with the files that are no logs.
 *
 *     npx tsx bench/large-tree.ts [FILES...]      default: 10000 100000
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";

const perFolder = 100;
const padding = "x".repeat(6000);

/** A small file that is no log, of the kinds that lie beside trainings. */
function sideFile(at: number): [name: string, content: string] {
  switch (at % 4) {
    case 0:
      return [`data-${at}.json`, JSON.stringify({ text: padding, at })];
    case 1:
      return [`notes-${at}.txt`, `${padding}\n`];
    case 2:
      return [`settings-${at}.yaml`, `name: ${at}\n`];
    default:
      return [`README-${at}.md`, `# Notes ${at}\n\n${padding}\n`];
  }
}

function log(folder: number): string {
  const rows = Array.from({ length: 20 }, (_, index) => ({
    step: 100 * (index + 1),
    epoch: index / 4,
    eval_loss: 1 / (index + 1) + Math.sin(folder + index) / 50,
    eval_exact_match: 0.7 - 0.5 / (index + 1) + Math.cos(folder + index) / 50,
  }));
  return JSON.stringify({ global_step: 2000, max_steps: 2000, log_history: rows });
}

function makeTree(root: string, nFiles: number): void {
  for (let folder = 0; folder < nFiles / perFolder; folder += 1) {
    const path = join(root, `group-${Math.floor(folder / 50)}`, `run-${folder}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "trainer_state.json"), log(folder));
    for (let at = 1; at < perFolder; at += 1) {
      const [name, content] = sideFile(at);
      writeFileSync(join(path, name), content);
    }
  }
}

/** Run in a process of its own, so that memory is that of one ingest. */
const program = `
import { readLogs, recordsOf } from "@stopwise/readers";
const began = performance.now();
const report = await readLogs(["."], { root: process.argv[1] });
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000, mebibytes: maxRSS / 1024, nRuns: recordsOf(report).length, nListed: report.files.length }));
`;

const counts = process.argv.slice(2).map(Number);
for (const nFiles of counts.length > 0 ? counts : [10_000, 100_000]) {
  const root = mkdtempSync(join(tmpdir(), "stopwise-tree-"));
  try {
    makeTree(root, nFiles);
    const args = ["--import", "tsx", "--input-type=module", "-e", program, root];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      cwd: import.meta.dirname,
    });
    if (status !== 0) throw new Error(stderr);
    const { seconds, mebibytes, nRuns, nListed } = JSON.parse(stdout) as Record<string, number>;
    console.log(
      `${nFiles.toLocaleString("en-US")} files: ${nRuns} runs, ${nListed} listed, ${seconds!.toFixed(1)} s, ${mebibytes!.toFixed(0)} MiB at most`,
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
