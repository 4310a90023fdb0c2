import { beforeAll, describe, expect, test } from "vitest";
import { meanPromises } from "./calibration.ts";
import { calibrationFigure } from "./figure-calibration.ts";
import { curvesFigure } from "./figure-curves.ts";
import { importanceFigure } from "./figure-importance.ts";
import { paretoFigure } from "./figure-pareto.ts";
import { lossInWords } from "./quantities.ts";
import { isUnmeasured, type Importances, type ReportCurve } from "./report-data.ts";
import { loadDraughtsman, type Draughtsman } from "./svg.ts";
import { sampleReport } from "./testing/sample-report.ts";
import { elementsOf, textsOf } from "./testing/svg-document.ts";
import { measuredTradeOff } from "./trade-off.ts";

let draughtsman: Draughtsman;
beforeAll(async () => {
  draughtsman = await loadDraughtsman();
});

const data = sampleReport();
const curves = data.curves as readonly ReportCurve[];
const importance = data.importance as Importances;
const frame = { width: 500, height: 300, marginLeft: 50, marginRight: 100, marginTop: 20, marginBottom: 40 };
const text = { name: "picture", title: "A picture" };
const pareto = (): string =>
  paretoFigure(measuredTradeOff(data.rows, data.bound), { lossKind: "points", frame, text }, draughtsman)
    .text;
const calibration = (): string =>
  calibrationFigure(
    meanPromises(data.rows),
    { axes: { x: "promised", format: (level) => lossInWords(level, "points") }, frame, text },
    draughtsman,
  ).text;

test("the sample has every picture", () => {
  expect([data.curves, data.importance, data.recommendation].some(isUnmeasured)).toBe(false);
});

describe("every picture", () => {
  const pictures: [string, () => string][] = [
    ["curves", () => curvesFigure(curves, "points", draughtsman).text],
    ["pareto", pareto],
    ["calibration", calibration],
    ["importance", () => importanceFigure(importance, draughtsman).text],
  ];

  test.each(pictures)("%s: named and described by elements inside it", (_, picture) => {
    const drawn = picture();
    for (const svg of elementsOf(drawn, "svg.plot")) {
      expect(svg.getAttribute("role")).toBe("img");
      for (const id of svg.getAttribute("aria-labelledby")!.split(" ")) {
        expect(elementsOf(drawn, `#${id}`).map(({ textContent }) => textContent.length > 0)).toEqual([true]);
      }
    }
  });

  test.each(pictures)("%s: drawn twice, the same bytes; no style, script or address in it", (_, picture) => {
    expect(picture()).toBe(picture());
    expect(picture()).not.toMatch(/<style|<script|https?:|NaN|Infinity|undefined/);
  });

  test.each(pictures)("%s: looks as it did", async (name, picture) => {
    await expect(picture()).toMatchFileSnapshot(`testing/${name}.golden.txt`);
  });
});

describe("curves", () => {
  test("every method of every run has a label over the curve and a line in the table", () => {
    const drawn = curvesFigure(curves, "points", draughtsman).text;
    for (const label of ["patience 3", "recommendation", "learned", "hindsight"]) {
      expect(textsOf(drawn).filter((it) => it === label)).toHaveLength(curves.length);
      const rows = elementsOf(drawn, "tbody th").filter(({ textContent }) => textContent.trim() === label);
      expect(rows).toHaveLength(curves.length);
    }
  });

  test("a stop stands at its cost: further right the later it is", () => {
    const one = curvesFigure(curves.slice(0, 1), "points", draughtsman).text;
    const x = (label: string): number => {
      const mark = elementsOf(one, "svg text").find(({ textContent }) => textContent === label)!;
      return Number(/translate\(([\d.]+)/.exec(mark.getAttribute("transform")!)![1]);
    };
    expect(x("patience 3")).toBeLessThan(x("recommendation"));
    expect(x("recommendation")).toBeLessThan(x("learned"));
    expect(x("learned")).toBeLessThan(x("hindsight"));
  });

  test("no line of a stop is drawn over a name", () => {
    const drawn = curvesFigure(curves.slice(0, 1), "points", draughtsman).text;
    const names = ["patience 3", "recommendation", "learned", "hindsight"].map((it) =>
      drawn.indexOf(`>${it}</text>`),
    );
    const lastLine = drawn.lastIndexOf('stroke-dasharray="3 2"');
    expect(lastLine).toBeGreaterThan(0);
    expect(Math.min(...names)).toBeGreaterThan(lastLine);
  });

  test("names are escaped", () => {
    expect(curvesFigure(curves, "points", draughtsman).text).toContain("task 0 &lt;of 1&gt;");
  });

  test("a constant curve and a curve without values are drawn too", () => {
    const flat = { ...curves[0]!, quality: curves[0]!.quality.map(() => 0.5) };
    const blank = { ...curves[0]!, quality: curves[0]!.quality.map(() => null) };
    expect(curvesFigure([flat, blank], "points", draughtsman).text).not.toContain("NaN");
  });

  test("losses are not shown in percent", () => {
    expect(textsOf(curvesFigure(curves, "relative", draughtsman).text).join(" ")).not.toContain("%");
  });
});

describe("pareto", () => {
  test("names each line and each baseline once", () => {
    const texts = textsOf(pareto());
    for (const name of [
      "hindsight",
      "learned",
      "recommendation",
      "best fixed policy",
      "patience 3",
      "never stop",
    ]) {
      expect(texts.filter((it) => it === name)).toHaveLength(1);
    }
  });

  test("a loss far beyond the lines stands at the end of the axis and says how far", () => {
    const far = data.rows.map((row) => (row.method === "patience-3" ? { ...row, meanEmLoss: 0.399 } : row));
    const drawn = paretoFigure(
      measuredTradeOff(far, data.bound),
      { lossKind: "points", frame, text },
      draughtsman,
    );
    expect(textsOf(drawn.text)).toContain("patience 3 (39.9\u202fpt \u2192)");
  });

  test("without a level there is no bound in the picture", () => {
    const tradeOff = { ...measuredTradeOff(data.rows, data.bound), level: null };
    const drawn = paretoFigure(tradeOff, { lossKind: "points", frame, text }, draughtsman).text;
    expect(textsOf(pareto()).filter((it) => it.startsWith("bound"))).toEqual(["bound 0.50\u202fpt"]);
    expect(drawn).not.toContain("bound");
  });

  test("rings the chosen points only", () => {
    const rings = elementsOf(pareto(), "svg circle, svg path").filter((it) => it.getAttribute("r") === "10");
    expect(rings).toHaveLength(2);
  });
});

describe("calibration", () => {
  test("a broken promise is open, a held one filled", () => {
    const paper = (held: boolean): number => {
      const lines = [
        {
          method: "learned",
          selection: "promise" as const,
          points: [{ promised: 0.01, realised: 0.02, held }],
        },
      ];
      const axes = { x: "promised", format: String };
      const drawn = calibrationFigure(lines, { axes, frame, text }, draughtsman).text;
      return elementsOf(drawn, "svg [fill='var(--paper)']").length;
    };
    expect(paper(false)).toBe(paper(true) + 1);
  });

  test("what was found far over every promise can be read from the axis", () => {
    const points = [{ promised: 0.02, realised: 0.07, held: false }];
    const axes = { x: "promised", format: (level: number) => lossInWords(level, "points") };
    const line = { method: "learned", selection: "promise" as const, points };
    const texts = textsOf(calibrationFigure([line], { axes, frame, text }, draughtsman).text);
    expect(texts.filter((it) => it === "2.00\u202fpt")).toHaveLength(2);
    expect(texts).toContain("6.00\u202fpt");
  });

  test("the description tells every number", () => {
    const [description] = elementsOf(calibration(), "desc");
    expect(description!.textContent).toContain("learned: promised 0.25\u202fpt, found 0.20\u202fpt");
    expect(description!.textContent).toContain("(broken)");
  });
});

describe("importance", () => {
  test("one bar per feature, the most important on top", () => {
    const drawn = importanceFigure(importance, draughtsman).text;
    expect(elementsOf(drawn, "svg rect")).toHaveLength(3);
    const names = textsOf(drawn).filter((it) => /[a-z]{4}/i.test(it));
    expect(names.slice(-3).length).toBe(3);
    const y = (name: string): number => {
      const mark = elementsOf(drawn, "svg text").find(({ textContent }) => textContent === name)!;
      return Number(/,([\d.]+)\)/.exec(mark.getAttribute("transform")!)![1]);
    };
    expect(y("datasetSize")).toBeLessThan(y("family"));
    expect(y("family")).toBeLessThan(y("dropout"));
  });
});
