/** How a method is named and drawn; colours are variables of the page, which has a light and a dark set of them. */
export interface MethodLook {
  readonly label: string;
  readonly colour: string;
  readonly symbol: "circle" | "square" | "diamond" | "triangle" | "star" | "times" | "plus";
  /** Dash pattern of its line; empty for a full line. */
  readonly dash: string;
}

const looks: Readonly<Record<string, MethodLook>> = {
  "never-stop": { label: "never stop", colour: "var(--other)", symbol: "plus", dash: "" },
  "best-fixed": { label: "best fixed policy", colour: "var(--fixed)", symbol: "square", dash: "8 3" },
  recommend: { label: "recommendation", colour: "var(--recommend)", symbol: "diamond", dash: "" },
  learned: { label: "learned", colour: "var(--learned)", symbol: "circle", dash: "" },
  hindsight: { label: "hindsight", colour: "var(--hindsight)", symbol: "star", dash: "2 3" },
};

/**
 * The look of a method: patience rules share one, methods without one of their own are grey. Colours come from the
 * palette of Okabe and Ito (2008); symbol and dash tell the same without colour.
 */
export function lookOf(method: string): MethodLook {
  const look = looks[method];
  if (look !== undefined) return look;
  const label = method.replaceAll("-", " ");
  if (/^patience-\d+$/.test(method)) {
    return { label, colour: "var(--patience)", symbol: "triangle", dash: "5 2 1 2" };
  }
  return { label, colour: "var(--other)", symbol: "times", dash: "1 3" };
}
