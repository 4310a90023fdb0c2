// Conflict markers that a merge left behind, in any file that git keeps; Markdown formatters turn them into quotes.
//   node scripts/check-conflicts.mjs
import { spawnSync } from "node:child_process";

const marker = "^(<<<<<<< |>>>>>>> |(> ?){7}|=======$)";
const { status, stdout } = spawnSync("git", ["grep", "-nIE", marker, "--", ".", ":!*.py", ":!*.txt"], {
  encoding: "utf8",
});
if (status === 0) process.stdout.write(`conflict markers:\n${stdout}`);
// git grep exits 1 where nothing is found, and higher where it could not look.
process.exitCode = status === 1 ? 0 : 1;
