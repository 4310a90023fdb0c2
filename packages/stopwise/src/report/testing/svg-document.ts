import { parseHTML } from "linkedom";

/** What the tests read of an element. */
export interface SvgElement {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

/** All elements of some markup that a selector finds. */
export function elementsOf(markup: string, selector: string): SvgElement[] {
  const page = parseHTML(`<!doctype html><html><body>${markup}</body></html>`) as unknown as {
    document: SvgElement;
  };
  return [...page.document.querySelectorAll(selector)];
}

/** The visible texts of some SVG, in the order of drawing. */
export function textsOf(markup: string): string[] {
  return elementsOf(markup, "svg text").map(({ textContent }) => textContent);
}
