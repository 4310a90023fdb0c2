import { beforeAll, describe, expect, test } from "vitest";
import { reportPage } from "./page.ts";
import { loadDraughtsman, type Draughtsman } from "./svg.ts";
import { sampleReport } from "./testing/sample-report.ts";
import { elementsOf } from "./testing/svg-document.ts";

let draughtsman: Draughtsman;
beforeAll(async () => {
  draughtsman = await loadDraughtsman();
});

describe("reportPage", () => {
  test("asks for nothing: no address, script, import or link anywhere, and a policy that forbids them", () => {
    const page = reportPage(sampleReport(), draughtsman);
    expect(page).not.toMatch(/https?:|<script|<link|<iframe|<img|@import|url\(|\bon\w+=|src=|href=/i);
    expect(page).toContain("default-src &#39;none&#39;");
  });

  test("same data, same bytes", async () => {
    const again = await loadDraughtsman();
    expect(reportPage(sampleReport(), again)).toBe(reportPage(sampleReport(), draughtsman));
  });

  test("has every section, each named by its heading, and every id once", () => {
    const page = reportPage(sampleReport(), draughtsman);
    const sections = elementsOf(page, "main > section").map((it) => it.getAttribute("id"));
    expect(sections).toEqual(["curves", "pareto", "calibration", "importance", "evidence", "evaluation"]);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, names] of page.matchAll(/aria-labelledby="([^"]+)"/g)) {
      for (const id of names!.split(" ")) expect(ids).toContain(id);
    }
  });

  test("the headline numbers are the promises under the chosen bound", () => {
    const tiles = elementsOf(reportPage(sampleReport(), draughtsman), ".tile").map(({ textContent }) =>
      textContent.replaceAll(/\s+/g, " ").trim(),
    );
    expect(tiles[0]).toBe("learned 33 % saved (29 % to 37 %), loses 0.40 pt; bound held");
    expect(tiles[2]).toContain("; bound broken");
  });

  test("under a tail bound they are about the share over it", () => {
    const tail = { ...sampleReport(), bound: { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 } as const };
    const [first] = elementsOf(reportPage(tail, draughtsman), ".tile");
    expect(first!.textContent).toContain("is over the bound in 6.4\u202f%; bound held");
  });

  test("what could not be measured says why, in its own section", () => {
    const unmeasured = (what: string): { unmeasured: string } => ({
      unmeasured: `No ${what}: too few groups.`,
    });
    const page = reportPage(
      {
        ...sampleReport(),
        rows: [],
        curves: unmeasured("curves"),
        importance: unmeasured("importance"),
        recommendation: unmeasured("recommendation"),
      },
      draughtsman,
    );
    const said = elementsOf(page, "section .missing").map(({ textContent }) => textContent);
    expect(said).toHaveLength(7);
    expect(said[0]).toBe("No curves: too few groups.");
  });

  test("a learned criterion that abstains is told as such, not as a rule to stop by", () => {
    const { recommendation, ...data } = sampleReport();
    if ("unmeasured" in recommendation) throw new Error("the sample has a recommendation");
    const abstained = {
      ...recommendation.learned!,
      status: "abstained" as const,
      sentence: "Run to the end.",
    };
    const page = reportPage(
      { ...data, recommendation: { ...recommendation, learned: abstained } },
      draughtsman,
    );
    expect(page).toContain("the learned criterion abstains: it would run to the planned end.");
    expect(page).not.toContain(abstained.sentence);
  });

  test("pictures that are wider than a phone scroll in a box of their own", () => {
    const page = reportPage(sampleReport(), draughtsman);
    const wideIn = (selector: string): number =>
      elementsOf(page, selector).filter((it) => Number(it.getAttribute("width")) > 500).length;
    expect(wideIn("svg.plot")).toBeGreaterThanOrEqual(3);
    expect(wideIn(".wide > svg.plot")).toBe(wideIn("svg.plot"));
  });

  test("names from logs cannot become markup", () => {
    const data = { ...sampleReport(), data: '</title><script>alert("x")</script>' };
    expect(reportPage(data, draughtsman)).not.toContain("<script");
  });

  test("each caption and title stands at the picture that it speaks of", () => {
    const [mean, tail] = elementsOf(reportPage(sampleReport(), draughtsman), "#calibration figure").map(
      ({ textContent }) => textContent.replaceAll(/\s+/g, " ").trim(),
    );
    expect(mean).toContain("Mean loss: found (up) against promised");
    expect(mean).toContain("Promised against realised mean loss");
    expect(mean).toContain("promised mean");
    expect(mean).not.toContain("alpha");
    expect(tail).toContain("Tail: share that lost more than 1.00 pt (up) against alpha");
    expect(tail).toContain("Alpha against the share of runs over the bound");
    expect(tail).not.toContain("promised mean");
  });

  test("the risk that is named to the right of the trade-off is the bound's", () => {
    const lead = (bound: ReturnType<typeof sampleReport>["bound"]): string =>
      elementsOf(reportPage({ ...sampleReport(), bound }, draughtsman), "#pareto > p")[0]!.textContent;
    expect(lead({ kind: "mean", maxEmLoss: 0.005 })).toContain("Right: the mean loss");
    expect(lead({ kind: "tail", maxEmLoss: 0.01, alpha: 0.1 })).toContain(
      "Right: the share of runs over the bound",
    );
  });

  test("curves are called by what they show", () => {
    const lead = (lossKind: ReturnType<typeof sampleReport>["lossKind"]): string =>
      elementsOf(reportPage({ ...sampleReport(), lossKind }, draughtsman), "#curves > p")[0]!.textContent;
    expect(lead("points")).toMatch(/^Quality over training cost/);
    expect(lead("relative")).toMatch(/^Evaluation loss over training cost/);
  });
});
