import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasShared, shared, Workplace, type Called } from "./command-line.ts";

const curves = "curves/finetune.jsonl.gz";

/** Real runs of a few groups, so that the referee is done soon: the first groups with two runs, two runs each. */
function fewRuns(nGroups: number): string {
  const lines = gunzipSync(readFileSync(shared(curves)))
    .toString()
    .trim()
    .split("\n");
  const byGroup = new Map<string, string[]>();
  for (const line of lines) {
    const { group } = JSON.parse(line) as { group: string };
    byGroup.set(group, [...(byGroup.get(group) ?? []), line]);
  }
  const kept = [...byGroup.values()].filter((members) => members.length >= 2).slice(0, nGroups);
  return `${kept.flatMap((members) => members.slice(0, 2)).join("\n")}\n`;
}

const place = new Workplace();
afterAll(() => place.remove());

describe.skipIf(!hasShared(curves))("stopwise report", () => {
  let called: Called;
  let page = "";
  beforeAll(() => {
    writeFileSync(place.file("runs.jsonl"), fewRuns(12));
    called = place.stopwise("report", "--out", "out/report.html", "--runs", "runs.jsonl", "--json");
    if (called.status === 0) page = readFileSync(place.file("out/report.html"), "utf8");
  });

  test("writes one page and says what is in it", () => {
    expect(called.stderr).toBe("");
    expect(called.status).toBe(0);
    expect(called.json()).toMatchObject({
      out: "out/report.html",
      data: "runs.jsonl",
      bytes: Buffer.byteLength(page),
      nGroups: 12,
    });
  });

  test("the page asks the network for nothing", () => {
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<(script|link|iframe|img|object|embed|base|form)\b/i);
    expect(page).not.toMatch(/\b(src|href|srcset|action|poster|data)\s*=/i);
    expect(page).not.toMatch(/@import|url\(|https?:\/\//i);
    expect(page).toContain("default-src &#39;none&#39;");
  });

  test("has every section with its figure or the reason why there is none", () => {
    const sections = [...page.matchAll(/<section id="(\w+)"[^]*?<\/section>/g)];
    expect(sections.map(([, id]) => id)).toEqual([
      "curves",
      "pareto",
      "calibration",
      "importance",
      "evidence",
      "evaluation",
    ]);
    for (const [section] of sections) expect(section).toMatch(/<svg|<table|class="missing"/);
    const of = (id: string): string => sections.find(([, name]) => name === id)![0];
    for (const method of ["patience 3", "recommendation", "learned", "hindsight"]) {
      expect(of("curves")).toContain(`>${method}</text>`);
      expect(of("evaluation")).toContain(method);
    }
    expect(of("pareto")).toContain("bound 0.50");
    expect(of("evaluation").match(/<details/g)!.length).toBeGreaterThanOrEqual(7);
  });

  test("every picture has a title and a description", () => {
    const pictures = [...page.matchAll(/<svg role="img" aria-labelledby="([\w-]+) ([\w-]+)"/g)];
    expect(pictures.length).toBeGreaterThanOrEqual(3);
    for (const [, title, description] of pictures) {
      expect(page).toContain(`<title id="${title!}">`);
      expect(page).toContain(`<desc id="${description!}">`);
    }
  });

  test("with the rows of evaluate --json the page is the same, byte for byte", () => {
    writeFileSync(
      place.file("rows.json"),
      place.stopwise("evaluate", "--runs", "runs.jsonl", "--json").stdout,
    );
    const again = place.stopwise(
      "report",
      "--out",
      "b.html",
      "--runs",
      "runs.jsonl",
      "--evaluation",
      "rows.json",
    );
    expect(again.status).toBe(0);
    expect(again.stdout).toContain("b.html: ");
    expect(readFileSync(place.file("b.html"), "utf8")).toBe(page);
  });

  test("rows that are none are refused in one line", () => {
    writeFileSync(place.file("wrong.json"), "{ not json");
    const { status, stderr } = place.stopwise(
      "report",
      "--out",
      "c.html",
      "--runs",
      "runs.jsonl",
      "--evaluation",
      "wrong.json",
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/^stopwise: wrong\.json must be what stopwise evaluate --json printed\. .*\n$/);
  });
});

test.each([
  [["report"], "--out"],
  [["report", "--out", "x.html"], "stopwise ingest PATH"],
  [["report", "--out", "x.html", "--runs", "nowhere.jsonl"], "nowhere.jsonl"],
  [["report", "--out", "x.html", "--bound", "worst"], "--bound must be one of mean, tail"],
])("%j is refused in one line", (args, mend) => {
  const { status, stdout, stderr } = place.stopwise(...args);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(mend);
});

test("a folder in the place of the file is refused before anything is judged", () => {
  mkdirSync(place.file("folder"));
  const { status, stderr } = place.stopwise("report", "--out", "folder");
  expect(status).toBe(2);
  expect(stderr).toContain("folder");
});
