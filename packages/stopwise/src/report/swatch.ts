import { html, type Markup } from "./markup.ts";
import { lookOf, type MethodLook } from "./method-look.ts";

/** Outlines in a box from -5 to 5. */
const outlines: Readonly<Record<MethodLook["symbol"], string>> = {
  circle: "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0Z",
  square: "M-3.6,-3.6h7.2v7.2h-7.2Z",
  diamond: "M0,-5L4,0L0,5L-4,0Z",
  triangle: "M0,-4.6L4.4,3.2H-4.4Z",
  star: "M0,-5L1.2,-1.6L4.8,-1.5L1.9,0.6L2.9,4L0,2L-2.9,4L-1.9,0.6L-4.8,-1.5L-1.2,-1.6Z",
  times: "M-3.5,-3.5L3.5,3.5M-3.5,3.5L3.5,-3.5",
  plus: "M-4.5,0H4.5M0,-4.5V4.5",
};

/** The symbol of a method for a table, in its colour; hidden from screen readers, which have the name beside it. */
export function swatch(method: string): Markup {
  const { symbol, colour } = lookOf(method);
  return html`<svg class="swatch" aria-hidden="true" width="12" height="12" viewBox="-6 -6 12 12">
    <path d="${outlines[symbol]}" fill="${colour}" stroke="${colour}" stroke-width="1.4" />
  </svg>`;
}
