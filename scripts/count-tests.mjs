// Adds up the JSON reports of vitest in a folder and prints `N passed, N failed`; fails when a test did, or none ran.
//   node scripts/count-tests.mjs FOLDER
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
/** Suites that must have run; of the second kind no test may be skipped, since they need what a machine may lack. */
const expected = ["test-unit.json", "test-e2e.json"];
const whole = ["test-package.json", "test-page-only.json", "test-postgres.json", "test-python.json"];
let passed = 0;
let failed = 0;
for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
  const report = JSON.parse(readFileSync(join(folder, name), "utf8"));
  passed += report.numPassedTests;
  // A file that breaks before its first test counts as one failure.
  const broken = report.testResults.filter(
    (it) => it.status === "failed" && it.assertionResults.length === 0,
  );
  failed += report.numFailedTests + broken.length;
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.log(`${name}: ${skipped} skipped`);
  if (whole.includes(name) && (skipped > 0 || report.numPassedTests === 0)) {
    console.log(`${name}: not every test ran`);
    failed += 1;
  }
}
for (const name of [...expected, ...whole].filter((it) => !readdirSync(folder).includes(it))) {
  console.log(`${name} was not written: its tests did not run to their end`);
  failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
