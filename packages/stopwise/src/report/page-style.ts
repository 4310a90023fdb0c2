const light = `
  --paper: #ffffff; --raised: #f5f6f8; --ink: #1b1f24; --quiet: #59636e; --grid: #e3e6ea; --kept: #eef5ee;
  --bound: #6a4a00; --other: #666d7b; --patience: #b84a00; --fixed: #9c4a80; --recommend: #0067a8; --learned: #007a5a;
  --hindsight: #1b1f24; --broken: #a8201a;`;
const dark = `
  --paper: #14171b; --raised: #1e2228; --ink: #e6e8eb; --quiet: #a3abb5; --grid: #30363d; --kept: #18251e;
  --bound: #e0b95c; --other: #a3abb5; --patience: #ff9a5c; --fixed: #e59ac8; --recommend: #62b8f2; --learned: #3ad0a4;
  --hindsight: #e6e8eb; --broken: #ff8a80;`;

/**
 * The style sheet of the page. Dark only on a screen that asks for it; paper is always light. Colours follow Okabe and Ito
 * (2008), deepened or lightened until text in them has a contrast of at least 4.5 to the page.
 */
export const pageStyle = `
:root { color-scheme: light;${light} }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark;${dark} } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 66rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .4rem; padding-top: .7rem; border-top: 1px solid var(--grid); }
h3 { font-size: 1rem; margin: 1.6rem 0 .3rem; }
p { margin: .3rem 0 .7rem; max-width: 46rem; }
.quiet, .note { color: var(--quiet); }
.note { font-size: .9rem; }
.missing { padding: .6rem .9rem; background: var(--raised); border-left: 3px solid var(--bound); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11.4rem, 1fr)); gap: .8rem; margin: 1rem 0; }
.tile { background: var(--raised); border-radius: 6px; padding: .7rem .9rem; }
.tile b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { display: block; font-size: .88rem; color: var(--quiet); }
figure { margin: .8rem 0; }
figcaption { font-size: .9rem; overflow-wrap: anywhere; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.4rem 2rem; }
.panel { margin: 0; min-width: 0; }
svg.plot { display: block; max-width: 100%; height: auto; overflow: visible; color: var(--ink); background: none;
  --plot-background: var(--paper); }
svg.plot text { white-space: pre; font-family: inherit; paint-order: stroke; }
svg.swatch { vertical-align: -1px; }
.wide { overflow-x: auto; }
.wide > svg.plot { min-width: 44rem; }
table.numbers { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; width: 100%; }
table.numbers caption { text-align: left; max-width: calc(100vw - 2.5rem); color: var(--quiet); padding: .2rem 0; }
table.numbers th, table.numbers td { padding: .2rem .45rem; text-align: right; white-space: nowrap; vertical-align: top; }
table.numbers th:first-child, table.numbers .text { text-align: left; }
table.numbers .long { white-space: normal; overflow-wrap: anywhere; min-width: 11rem; }
table.numbers tbody th { font-weight: 600; }
table.numbers thead th[colspan] { text-align: left; border-bottom: 0; color: var(--ink); }
table.numbers thead tr:last-child th { border-bottom: 1px solid var(--quiet); font-weight: 600; color: var(--quiet); }
table.numbers tbody tr + tr > * { border-top: 1px solid var(--grid); }
table.numbers .begin { border-left: 1px solid var(--grid); }
td.held { color: var(--learned); } td.broken { color: var(--broken); font-weight: 600; }
meter { width: 6rem; height: .7rem; vertical-align: middle; }
details { margin: .5rem 0; } summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 3rem; font-size: .85rem; color: var(--quiet); overflow-wrap: anywhere; }
@media screen and (max-width: 34rem) {
  .tiles { grid-template-columns: 1fr 1fr; }
  table.numbers th, table.numbers td { padding-inline: .2rem; }
}
@media print {
  @page { margin: 14mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2, h3, summary, h2 + p { break-after: avoid; }
  section > p { break-inside: avoid; }
  figure, .tile, table.numbers { break-inside: avoid; }
  .grid { grid-template-columns: 1fr 1fr; gap: 1rem; }
  .tiles { grid-template-columns: repeat(5, 1fr); gap: .5rem; } .tile { padding: .4rem .5rem; } .tile b { font-size: 1.3rem; }
  .wide { overflow: visible; } .wide > svg.plot { min-width: 0; }
  table.numbers { font-size: 8.5pt; }
  details:not([open]) { display: none; }
}
`;
