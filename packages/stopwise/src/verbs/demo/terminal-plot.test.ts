import { expect, test } from "vitest";
import { terminalPlot } from "./terminal-plot.ts";

test("a rising curve with two stops", () => {
  const plot = terminalPlot(
    [0, 0.5, Number.NaN, 1, 1],
    [
      { letter: "P", index: 2 },
      { letter: "R", index: 4 },
    ],
    { width: 9, height: 3 },
  );
  expect(plot).toBe(
    ["1.00 │    ┊ • •", "     │  • ┊   ┊", "0.00 │•   ┊   ┊", "     └─────────", "          P   R"].join(
      "\n",
    ),
  );
});

test("stops on one evaluation stand beside each other, also at the right edge", () => {
  const stops = ["P", "R", "H"].map((letter) => ({ letter, index: 1 }));
  const lines = terminalPlot([0, 1], stops, { width: 4, height: 2 }).split("\n");
  expect(Array.from(lines.at(-1)!.trim()).sort()).toEqual(["H", "P", "R"]);
});

test("a constant curve and one without values", () => {
  expect(terminalPlot([0.5, 0.5], [], { width: 3, height: 2 }).split("\n")[1]).toBe("0.50 │• •");
  expect(terminalPlot([Number.NaN], [], { width: 3, height: 2 })).toBe("(no values)");
});
