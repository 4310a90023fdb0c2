import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entry, hasShared, shared, Workplace } from "./command-line.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

interface Evaluation {
  step: number;
  epoch: number;
  [metric: string]: number;
}

/** A Trainer state of n evaluations, as the Hugging Face Trainer writes it. */
function trainerState(nEvaluations: number, maxSteps = 1000): string {
  const log: Evaluation[] = Array.from({ length: nEvaluations }, (_, i) => ({
    epoch: (i + 1) / 2,
    step: 100 * (i + 1),
    eval_exact_match: 1 - 0.9 / (i + 1),
    eval_loss: 1 / (i + 1),
  }));
  return JSON.stringify({ global_step: 100 * nEvaluations, max_steps: maxSteps, log_history: log });
}

const stored = (json: unknown): unknown => (json as { stored: unknown }).stored;

describe("one log", () => {
  beforeEach(() => writeFileSync(place.file("trainer_state.json"), trainerState(4)));

  test("a dry run says what it found and stores nothing", () => {
    const { status, json, stderr } = place.stopwise("ingest", "--dry-run", "--json", ".");
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(json()).toMatchObject({
      files: [
        {
          path: "trainer_state.json",
          format: "hf-trainer-state",
          status: "read",
          runs: [
            {
              nEvalPoints: 4,
              lastStep: 400,
              metrics: ["eval_exact_match", "eval_loss"],
              firstEval: { step: 100, epoch: 0.5, eval_exact_match: 1 - 0.9, eval_loss: 1 },
              lastEval: { step: 400, epoch: 2, eval_exact_match: 1 - 0.9 / 4, eval_loss: 0.25 },
              best: {
                eval_exact_match: { min: 1 - 0.9, max: 1 - 0.9 / 4 },
                eval_loss: { min: 0.25, max: 1 },
              },
            },
          ],
        },
      ],
    });
    expect(place.stopwise("runs", "--json").json()).toEqual({ runs: [] });
  });

  test("twice changes nothing, grown it updates its run, cut back it takes nothing away", () => {
    const ingest = (): unknown => stored(place.stopwise("ingest", "--json", ".").json());
    expect(ingest()).toEqual({ added: 1, updated: 0, unchanged: 0 });
    expect(ingest()).toEqual({ added: 0, updated: 0, unchanged: 1 });
    writeFileSync(place.file("trainer_state.json"), trainerState(10));
    expect(ingest()).toEqual({ added: 0, updated: 1, unchanged: 0 });
    writeFileSync(place.file("trainer_state.json"), trainerState(3));
    expect(ingest()).toEqual({ added: 0, updated: 0, unchanged: 1 });
    expect(place.stopwise("runs", "--json").json()).toMatchObject({
      runs: [{ metric: "exact_match", nCheckpoints: 10, lastStep: 1000, best: 0.91 }],
    });
  });

  test("flags and stopwise.yaml fill what the log lacks, and the user's entries stay", () => {
    const first = place.stopwise("ingest", ".", "--dataset-size", "20k", "--task", "trivia");
    expect(first.stdout).toContain("stopwise.yaml has 1 new entry to fill in");
    const yaml = readFileSync(place.file("stopwise.yaml"), "utf8");
    expect(yaml).toContain("# answerLength:");
    expect(yaml).not.toContain("# datasetSize:");
    const mine = `# mine\nruns:\n  - path: "**"\n    task: squad\n    answerLength: 4\n    family: t5\n`;
    writeFileSync(place.file("stopwise.yaml"), mine);
    place.stopwise("ingest", ".");
    const kept = readFileSync(place.file("stopwise.yaml"), "utf8");
    expect(kept.startsWith(mine) || kept === mine).toBe(true);
    const { runs } = place.stopwise("runs", "--json").json() as { runs: { id: string }[] };
    const run = place.stopwise("runs", "show", runs[0]!.id, "--json").json();
    expect(run).toMatchObject({ task: "squad", answerLength: 4, family: "t5", plannedSteps: 1000 });
  });

  test("a damaged log costs itself only and is named", () => {
    writeFileSync(place.file("good.jsonl"), `{"id":"a","metric":"em","points":[{"step":1,"quality":0.5}]}\n`);
    writeFileSync(place.file("trainer_state.json"), trainerState(4).slice(0, -30));
    const { status, stdout } = place.stopwise("ingest", ".");
    expect(status).toBe(0);
    expect(stdout).toContain("1 failed\n  failed: trainer_state.json");
    expect(place.stopwise("runs", "--json").json()).toMatchObject({ runs: [{ id: "a" }] });
  });

  test("only damaged logs: one line, exit status 2, and what is stored stays", () => {
    place.stopwise("ingest", ".");
    writeFileSync(place.file("trainer_state.json"), `{"log_history": [}`);
    const { status, stdout, stderr } = place.stopwise("ingest", ".");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("trainer_state.json");
    expect(place.stopwise("runs", "--json").json()).toMatchObject({ runs: [{ nCheckpoints: 4 }] });
  });

  test("a broken stopwise.yaml is named and nothing is stored", () => {
    writeFileSync(place.file("stopwise.yaml"), `runs:\n  - path: "**"\n    datasetSise: 4\n`);
    const { status, stderr } = place.stopwise("ingest", ".");
    expect(status).toBe(2);
    expect(stderr).toContain("unknown field datasetSise");
  });

  test("the store may lie elsewhere", () => {
    place.stopwise("ingest", ".", "--store", "elsewhere");
    expect(place.stopwise("runs", "--json").json()).toEqual({ runs: [] });
    expect(place.stopwise("runs", "--json", "--store", "elsewhere").json()).toMatchObject({ runs: [{}] });
    const file = place.file("all.jsonl");
    expect(place.stopwise("runs", "export", file, "--store", "elsewhere").status).toBe(0);
    expect(stored(place.stopwise("ingest", file, "--json").json())).toMatchObject({ added: 1 });
  });
});

describe("what an ingest says", () => {
  /** A Trainer state whose values depend on the seed. */
  const seeded = (seed: number): string =>
    trainerState(6).replaceAll(
      /"eval_loss":([\d.e-]+)/g,
      (_, loss: string) => `"eval_loss":${Number(loss) + seed / 997}`,
    );
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(place.file(path)), { recursive: true });
    writeFileSync(place.file(path), content);
  };

  test("seeds of one task are asked about once, and counted as runs without a group", () => {
    for (const seed of [1, 2, 3, 4]) write(`runs/qa-seed${seed}/trainer_state.json`, seeded(seed));
    const first = place.stopwise("ingest", "runs");
    expect(first.stdout).toContain("stopwise.yaml has 1 new entry to fill in");
    expect(first.stdout).toContain("4 runs have no group");
    expect(first.stdout).toContain("stopwise ingest runs --task NAME");
    const yaml = readFileSync(place.file("stopwise.yaml"), "utf8");
    expect(yaml).toContain('- path: "runs/**" # 4 runs');
    // Nothing is suggested: uncommented as it stands the file tells nothing.
    writeFileSync(place.file("stopwise.yaml"), yaml.replaceAll(/# (\w+:)/g, "$1"));
    expect(stored(place.stopwise("ingest", "--json", "runs").json())).toMatchObject({ unchanged: 4 });
    writeFileSync(
      place.file("stopwise.yaml"),
      yaml
        .replaceAll(/# (task|datasetSize):/g, "$1:")
        .replace("task:", "task: trivia")
        .replace("datasetSize:", "datasetSize: 20k"),
    );
    const told = place.stopwise("ingest", "runs");
    expect(told.stdout).not.toContain("no group");
    expect(told.stdout).not.toContain("new entr");
    rmSync(place.file("stopwise.yaml"));
    place.stopwise("ingest", "runs");
    const { runs } = place.stopwise("runs", "--json").json() as { runs: { id: string }[] };
    expect(runs).toHaveLength(4);
    for (const { id } of runs)
      expect(place.stopwise("runs", "show", id, "--json").json()).toMatchObject({
        task: "trivia",
        datasetSize: 20_000,
      });
  });

  test("a run that was never evaluated is named with the fix, not the card beside it", () => {
    const log = {
      global_step: 20,
      max_steps: 20,
      log_history: [
        { step: 10, loss: 1 },
        { step: 20, loss: 0.9 },
      ],
    };
    write("README.md", "---\nbase_model: a/b\n---\n# Model Card\n");
    write("checkpoint-20/trainer_state.json", JSON.stringify(log));
    const { status, stderr } = place.stopwise("ingest", ".");
    expect(status).toBe(2);
    expect(stderr).toMatch(/checkpoint-20\/trainer_state\.json holds training rows only.*eval_strategy/);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("copies and other loggers of a run are parts of it, and names cannot steer the terminal", () => {
    write("out/checkpoint-600/trainer_state.json", seeded(1));
    write("out/best_model/trainer_state.json", seeded(1));
    write("evil\u001b[31m/notes.json", "{}");
    const { stdout } = place.stopwise("ingest", "--dry-run", ".");
    expect(stdout).toContain("2 read (1 run, 1 of them part of a run of another file)");
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toContain("evil\\x1b[31m/notes.json");
    for (const line of stdout.split("\n").slice(0, 2)) expect(line.length).toBeLessThanOrEqual(100);
  });

  test.skipIf(process.platform === "win32" || process.getuid?.() !== 0)(
    "what another user may not read costs itself only",
    () => {
      write("logs/good/trainer_state.json", seeded(1));
      write("logs/closed/trainer_state.json", seeded(2));
      write("logs/shut.csv", "step,val_loss\n1,2\n2,1\n");
      chmodSync(place.file("logs/closed"), 0o700);
      chmodSync(place.file("logs/shut.csv"), 0o600);
      chmodSync(place.folder, 0o755);
      const options = { cwd: place.folder, encoding: "utf8", uid: 65_534, gid: 65_534 } as const;
      const { stdout } = spawnSync(
        process.execPath,
        [entry, "ingest", "--dry-run", "--json", "logs"],
        options,
      );
      const { files } = JSON.parse(stdout) as { files: { path: string; status: string; reason?: string }[] };
      expect(files.map(({ path, status }) => [path, status])).toEqual([
        ["logs/closed/", "failed"],
        ["logs/good/trainer_state.json", "read"],
        ["logs/shut.csv", "failed"],
      ]);
      for (const { reason } of files) if (reason !== undefined) expect(reason).toContain("permission denied");
    },
  );
});

describe.skipIf(!hasShared("logs"))("real logs", () => {
  interface Found {
    files: { path: string; status: string; partOf?: string; runs: Record<string, unknown>[] }[];
  }
  const formats = ["hf-trainer-state", "model-card"];
  const expected = (): { file: string; format: string; runs: Record<string, unknown>[] }[] =>
    (JSON.parse(readFileSync(shared("logs/expected.json"), "utf8")) as ReturnType<typeof expected>).filter(
      ({ format }) => formats.includes(format),
    );

  test("a dry run finds the facts of every trainer state and model card", () => {
    cpSync(shared("logs"), place.file("logs"), { recursive: true });
    const { status, json } = place.stopwise("ingest", "--dry-run", "--json", "logs");
    expect(status).toBe(0);
    const found = new Map((json() as Found).files.map((file) => [file.path, file]));
    const facts = ["nEvalPoints", "lastStep", "metrics", "firstEval", "lastEval", "best"];
    const pick = (run: Record<string, unknown>): unknown =>
      Object.fromEntries(facts.map((fact) => [fact, run[fact]]));
    for (const { file, runs } of expected()) {
      const reading = found.get(`logs/${file}`);
      // An earlier state of a run that another file holds whole is listed there.
      if (reading?.partOf !== undefined) continue;
      const withCurve = runs.filter(({ nEvalPoints }) => (nEvalPoints as number) > 0);
      const read = (reading?.runs ?? []).filter(({ nEvalPoints }) => (nEvalPoints as number) > 0);
      expect({ file, runs: read.map(pick) }).toEqual({ file, runs: withCurve.map(pick) });
    }
  });

  test("they are stored once", () => {
    const ingest = (): unknown => stored(place.stopwise("ingest", "--json", shared("logs")).json());
    const first = ingest() as { added: number };
    expect(first.added).toBeGreaterThan(30);
    expect(ingest()).toEqual({ added: 0, updated: 0, unchanged: first.added });
  });
});
