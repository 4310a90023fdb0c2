import { expect, test } from "vitest";
import { lookOf } from "./method-look.ts";
import { pageStyle } from "./page-style.ts";

/** The colour variables of the light and of the dark page, by name. */
const themes = [...pageStyle.matchAll(/color-scheme: (light|dark);([^}]*)\}/g)].map(([, theme, block]) => ({
  theme: theme!,
  colours: new Map([...block!.matchAll(/(--[\w]+): (#\w{6})/g)].map(([, name, hex]) => [name!, hex!])),
}));

/** Relative luminance of WCAG 2. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

const textColours = "ink quiet bound other patience fixed recommend learned hindsight broken".split(" ");

test.each(themes)("on the $theme page every colour of text has a contrast of 4.5", ({ colours }) => {
  for (const name of textColours) {
    for (const ground of ["--paper", "--raised"]) {
      expect(
        contrast(colours.get(`--${name}`)!, colours.get(ground)!),
        `${name} on ${ground}`,
      ).toBeGreaterThanOrEqual(4.5);
    }
  }
});

test("there is a light and a dark page, with the same colours in both", () => {
  expect(themes.map(({ theme }) => theme)).toEqual(["light", "dark"]);
  expect([...themes[0]!.colours.keys()]).toEqual([...themes[1]!.colours.keys()]);
});

test("methods are drawn in colours of the page, and told apart by more than colour", () => {
  const methods = ["patience-3", "best-fixed", "recommend", "learned", "hindsight"];
  for (const method of methods) expect(pageStyle).toContain(`${lookOf(method).colour.slice(4, -1)}:`);
  expect(new Set(methods.map((method) => lookOf(method).symbol)).size).toBe(methods.length);
});
