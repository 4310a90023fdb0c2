import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordLine, Workplace, type Called } from "./command-line.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

/** One line, of the user's kind, with a way out. */
function refusal(called: Called): string {
  expect(called.stderr.trim().split("\n"), called.stderr).toHaveLength(1);
  expect(called.stderr).not.toContain("report it");
  expect(called.status, called.stderr).toBe(2);
  return called.stderr;
}

function writeRuns(file: string, n: number, nCheckpoints = 20): void {
  const lines = Array.from({ length: n }, (_, i) =>
    recordLine(`run-${i}`, nCheckpoints, { task: `t${i % 5}` }),
  );
  writeFileSync(place.file(file), `${lines.join("\n")}\n`);
}

const status = (called: Called): string => (called.json() as { status: string }).status;
const newestStep = (): string => {
  const folder = place.file(".stopwise/models/promotions");
  return join(folder, readdirSync(folder).sort().at(-1)!);
};

describe("the model in use", () => {
  const modelFile = (): string => {
    const models = place.file(".stopwise/models");
    return join(
      models,
      readdirSync(models).find((name) => name.endsWith(".stopwise.model"))!,
    );
  };
  const middle = (file: string): void => {
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(~bytes[bytes.length >> 1]!, bytes.length >> 1));
  };
  const damages: readonly [string, () => void][] = [
    ["flipped in the middle", () => middle(modelFile())],
    ["cut", () => truncateSync(modelFile(), 1000)],
    ["missing", () => rmSync(modelFile())],
    ["its entry damaged", () => writeFileSync(newestStep(), '{"action":"promote"')],
    ["its entry empty", () => writeFileSync(newestStep(), "")],
  ];
  test.each(damages)("%s: recommend names the way out, retrain takes it", (_, damage) => {
    writeRuns("runs.jsonl", 12);
    expect(place.stopwise("ingest", "runs.jsonl").status).toBe(0);
    expect(status(place.stopwise("retrain", "--own-only", "--json"))).toBe("promoted");
    damage();
    expect(refusal(place.stopwise("recommend", "--family", "t5"))).toMatch(/retrain/i);
    expect(place.stopwise("store", "check").stdout).toContain("model in use: ");
    const again = place.stopwise("retrain", "--own-only", "--json");
    expect(again.stderr).toBe("");
    expect(again.json()).toMatchObject({
      status: "promoted",
      reason: expect.stringContaining("could not be opened") as string,
    });
    expect(place.stopwise("recommend", "--family", "t5").status).not.toBe(2);
    expect(status(place.stopwise("retrain", "--own-only", "--json"))).toBe("unchanged");
  });

  test("lists of runs and current.json damaged: answers go on, and retrain says what it could not compare", () => {
    writeRuns("runs.jsonl", 12);
    place.stopwise("ingest", "runs.jsonl");
    place.stopwise("retrain", "--own-only");
    const models = place.file(".stopwise/models");
    const list = join(
      models,
      readdirSync(models).find((name) => name.endsWith(".runs.json"))!,
    );
    for (const damage of ["", "{", '["run-1", 7]']) {
      writeFileSync(list, damage);
      writeFileSync(join(models, "current.json"), damage);
      expect(place.stopwise("recommend", "--family", "t5").status).not.toBe(2);
    }
    const forced = place.stopwise("retrain", "--own-only", "--force", "--json");
    expect(forced.json()).toMatchObject({
      status: "promoted",
      reason: expect.stringContaining("not known any more") as string,
    });
    expect(JSON.parse(readFileSync(list, "utf8"))).toHaveLength(12);
  });
});

describe("a store's file", () => {
  test("cut at any place, or with a flipped bit: one line with a way out, or what was written", () => {
    writeRuns("runs.jsonl", 150, 60);
    expect(place.stopwise("ingest", "runs.jsonl").status).toBe(0);
    const exported = (): Called => place.stopwise("runs", "export", "out.jsonl");
    expect(exported().status).toBe(0);
    const [file, written] = [
      place.file(".stopwise/store.duckdb"),
      readFileSync(place.file("out.jsonl"), "utf8"),
    ];
    const whole = readFileSync(file);
    const damaged = [
      ...[0, 5, 4096, 12288, 0.3 * whole.length, 0.9 * whole.length].map((n) => whole.subarray(0, n)),
      ...[9, 4100, 8200, 12300, 0.21 * whole.length, 0.55 * whole.length, 0.83 * whole.length].map((at) => {
        const bytes = Buffer.from(whole);
        bytes[Math.floor(at)]! ^= 4;
        return bytes;
      }),
    ];
    let nRefused = 0;
    for (const bytes of damaged) {
      writeFileSync(file, bytes);
      const called = exported();
      if (called.status === 0) expect(readFileSync(place.file("out.jsonl"), "utf8")).toBe(written);
      else {
        nRefused += 1;
        expect(refusal(called)).toMatch(
          /store\.duckdb (is damaged|cannot be opened).*\. (Move it away|Update)/,
        );
      }
    }
    expect(nRefused).toBeGreaterThan(8);
    // The way out that is named works.
    rmSync(file);
    expect(place.stopwise("ingest", "runs.jsonl", "--json").json()).toMatchObject({ stored: { added: 150 } });
  });

  test("a SQLite database is named, and no extension is asked for", () => {
    mkdirSync(place.file(".stopwise"));
    writeFileSync(
      place.file(".stopwise/store.duckdb"),
      Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(4080)]),
    );
    for (const verb of [["runs"], ["store", "check"]]) {
      expect(refusal(place.stopwise(...verb))).toMatch(/it is a SQLite database\. Move it away/);
    }
  });
});

const isRoot = process.getuid?.() === 0;

/** Mounts a file system of a few megabytes; false where this user may not, and says so. */
function mount(folder: string, megabytes: number): boolean {
  mkdirSync(folder);
  const mounted =
    isRoot && spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]).status === 0;
  if (!mounted) console.log("skipped: a file system of its own needs root and mount");
  return mounted;
}

describe("a place that cannot be written", () => {
  test("a full disk: one line, nothing half, no draft; with room again it goes on", ({ skip }) => {
    const disk = place.file("disk");
    if (!mount(disk, 12)) skip();
    try {
      writeRuns("runs.jsonl", 40);
      writeRuns("many.jsonl", 2000, 100);
      expect(place.stopwise("ingest", "runs.jsonl", "--store", "disk/store").status).toBe(0);
      const filler = join(disk, "filler");
      const fill = (): void => {
        spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=64k"], { stdio: "ignore" });
      };
      fill();
      const drafts = (): string[] =>
        readdirSync(disk, { recursive: true, encoding: "utf8" }).filter((name) => /\.tmp|\.parts/.test(name));
      expect(refusal(place.stopwise("ingest", "many.jsonl", "--store", "disk/store"))).toContain(
        "the disk is full",
      );
      expect(refusal(place.stopwise("retrain", "--own-only", "--store", "disk/store"))).toContain(
        "the disk is full",
      );
      for (const file of ["out.jsonl", "out.parquet"]) {
        expect(
          refusal(place.stopwise("runs", "export", join("disk", file), "--store", "disk/store")),
        ).toContain("full");
      }
      expect(refusal(place.stopwise("store", "copy", "disk/store", "disk/other"))).toContain(
        "the disk is full",
      );
      expect(drafts()).toEqual([]);
      rmSync(filler);
      expect(place.stopwise("store", "check", "--store", "disk/store", "--json").json()).toMatchObject({
        nRuns: 40,
        problems: [],
      });
      expect(place.stopwise("retrain", "--own-only", "--store", "disk/store").status).toBe(0);
      expect(statSync(join(disk, "store/store.duckdb")).size).toBeGreaterThan(0);
    } finally {
      execFileSync("umount", ["-l", disk]);
    }
  });

  test("a read-only folder: reading works, writing is one line", ({ skip }) => {
    const disk = place.file("disk");
    if (!mount(disk, 40)) skip();
    try {
      writeRuns("runs.jsonl", 12);
      expect(place.stopwise("ingest", "runs.jsonl", "--store", "disk/store").status).toBe(0);
      expect(place.stopwise("retrain", "--own-only", "--store", "disk/store").status).toBe(0);
      execFileSync("mount", ["-o", "remount,ro", disk]);
      const on = ["--store", "disk/store"];
      expect(place.stopwise("runs", ...on).stdout).toContain("12 runs");
      expect(place.stopwise("recommend", "--family", "t5", ...on).status).not.toBe(2);
      writeRuns("more.jsonl", 14);
      expect(refusal(place.stopwise("ingest", "more.jsonl", ...on))).toMatch(/cannot be (opened|written)/);
      expect(refusal(place.stopwise("retrain", "--own-only", "--force", ...on))).toMatch(/cannot be written/);
      expect(refusal(place.stopwise("retrain", "--rollback", ...on))).toMatch(/cannot be written/);
      expect(refusal(place.stopwise("runs", "export", "disk/out.parquet", ...on))).toMatch(
        /cannot be written/,
      );
      expect(existsSync(join(disk, "out.parquet"))).toBe(false);
    } finally {
      execFileSync("umount", ["-l", disk]);
    }
  });
});
