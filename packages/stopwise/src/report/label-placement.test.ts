import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeLabels, spreadLabels } from "./label-placement.ts";

const frame = { left: 0, top: 0, right: 400, bottom: 300 };

describe("placeLabels", () => {
  test("with room on every side a label stands to the right", () => {
    expect(placeLabels([{ x: 100, y: 100, text: "here" }], [], frame)).toEqual([
      { dx: 8, dy: 0, anchor: "start" },
    ]);
  });

  test("at the right edge it stands to the left", () => {
    expect(placeLabels([{ x: 395, y: 100, text: "here" }], [], frame)[0]!.anchor).toBe("end");
  });

  test("labels of one point do not cover each other", () => {
    const twice = placeLabels(
      [
        { x: 100, y: 100, text: "one" },
        { x: 100, y: 100, text: "two" },
      ],
      [],
      frame,
    );
    expect(twice[0]).not.toEqual(twice[1]);
  });

  test("an obstacle is avoided", () => {
    const wall = { left: 105, top: 90, right: 200, bottom: 110 };
    expect(placeLabels([{ x: 100, y: 100, text: "here" }], [wall], frame)[0]!.anchor).toBe("end");
  });

  test("a point with a ring has its label further off", () => {
    expect(placeLabels([{ x: 100, y: 100, text: "here", clear: 5 }], [], frame)[0]!.dx).toBe(13);
  });
});

describe("spreadLabels", () => {
  test("labels with room stay where they are", () =>
    expect(spreadLabels([10, 50], [0, 100])).toEqual([10, 50]));

  test("close ones move apart and keep their order, inside the column", () => {
    const wanted = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(wanted, (heights) => {
        const placed = spreadLabels(heights, [0, 200]);
        const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]! || a - b);
        for (let k = 1; k < order.length; k++) {
          expect(placed[order[k]!]! - placed[order[k - 1]!]!).toBeGreaterThanOrEqual(13 - 1e-9);
        }
        expect(Math.max(...placed)).toBeLessThanOrEqual(200);
        expect(Math.min(...placed)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
