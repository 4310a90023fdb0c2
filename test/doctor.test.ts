import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Workplace } from "./command-line.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const axolotl = `# a run
base_model: some/model
val_set_size: 0.05
early_stopping_patience: 3
eval_steps: 50
save_steps: 75
`;

interface Findings {
  findings: { rule: string; file: string; line?: number; severity: string; edit?: unknown }[];
  cost?: { settings: string; nRuns: number; saving: number; emLoss: number; sentence: string }[];
}

test("findings come with their lines, as JSON, and errors end with status 3", () => {
  writeFileSync(place.file("ax.yml"), axolotl);
  const called = place.stopwise("doctor", "ax.yml", "--json");
  expect(called.status).toBe(3);
  const { findings } = called.json() as Findings;
  expect(findings).toMatchObject([{ rule: "HF-1", file: "ax.yml", line: 6, severity: "error" }]);
  expect(findings[0]).not.toHaveProperty("edit");
  const right = axolotl.replace("75", "100");
  writeFileSync(place.file("ax.yml"), right);
  expect(place.stopwise("doctor", "ax.yml")).toMatchObject({ status: 0, stdout: "0 errors, 0 warnings\n" });
});

test("a fix is a patch that applies, and the file stays as it is", () => {
  writeFileSync(place.file("ax.yml"), axolotl);
  place.stopwise("doctor", "ax.yml", "--fix");
  expect(readFileSync(place.file("ax.yml"), "utf8")).toBe(axolotl);
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: place.file("."), encoding: "utf8" });
  git("init", "-q");
  git("apply", "stopwise-doctor.patch");
  expect(readFileSync(place.file("ax.yml"), "utf8")).toBe(axolotl.replace("75", "50"));
  expect(place.stopwise("doctor", "ax.yml").status).toBe(0);
});

test("annotations for CI", () => {
  writeFileSync(place.file("ax.yml"), axolotl);
  expect(place.stopwise("doctor", "ax.yml", "--format", "github").stdout).toMatch(
    /^::error file=ax\.yml,line=6,title=stopwise HF-1::save_steps 75 is no multiple of eval_steps 50: .*\n$/,
  );
});

test("what is no configuration, or not there, is one line", () => {
  writeFileSync(place.file("a.yml"), "a: 1\n");
  expect(place.stopwise("doctor", "a.yml")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(
      "no trainer's settings were found in a.yml: it is no configuration",
    ) as string,
  });
  expect(place.stopwise("doctor", "b.yml")).toMatchObject({ status: 2 });
  expect(place.stopwise("doctor", "a.yml", "--target-version", "new")).toMatchObject({ status: 2 });
});

/** A run that jumps late: patience 2 loses the jump. */
function stateOf(jump: number): string {
  const log = Array.from({ length: 20 }, (_, i) => ({
    step: 50 * (i + 1),
    eval_exact_match: i < 3 ? 0.1 * (i + 1) : i < jump ? 0.3 : 0.8,
  }));
  const stateful = {
    EarlyStoppingCallback: { args: { early_stopping_patience: 2, early_stopping_threshold: 0 } },
  };
  return JSON.stringify({
    global_step: 1000,
    max_steps: 1000,
    eval_steps: 50,
    save_steps: 50,
    log_history: log,
    stateful_callbacks: stateful,
  });
}

test("on a folder of logs it says what the settings in use cost, and what would have cost less", () => {
  for (const [k, jump] of [6, 7, 8].entries()) {
    mkdirSync(place.file(`out/run${k}`), { recursive: true });
    writeFileSync(place.file(`out/run${k}/trainer_state.json`), stateOf(jump));
  }
  const { cost } = place.stopwise("doctor", "out", "--json").json() as Findings;
  expect(cost).toMatchObject([{ settings: "patience 2", nRuns: 3 }]);
  // Stopped at the fifth of twenty evaluations with 0.3, where 0.8 was to come.
  expect(cost![0]!.saving).toBeCloseTo(0.75, 9);
  expect(cost![0]!.emLoss).toBeCloseTo(0.5, 6);
  expect(cost![0]!.sentence).toContain(
    "patience 2 lost 50.0 points on average on your 3 runs and saved 75 %",
  );
});
