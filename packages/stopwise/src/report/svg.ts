import type * as PlotModule from "@observablehq/plot";
import { escaped, Markup } from "./markup.ts";

/** The plotting library's functions, loaded late because it takes a third of a second. */
export type Plot = typeof PlotModule;

/** What a picture shows, for those who cannot see it. */
export interface PictureText {
  /** Name of the picture, unique on the page: ids are made from it. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** Draws plots as SVG text. */
export interface Draughtsman {
  readonly plot: Plot;
  /** An accessible, inert SVG of a plot. */
  draw(options: PlotModule.PlotOptions, text: PictureText): Markup;
}

interface Drawn {
  readonly outerHTML: string;
}

const geometry = / (d|transform|x|y|dx|dy|x1|x2|y1|y2|cx|cy|r|width|height|points|stroke-width)="([^"]*)"/g;

/** Coordinates to a hundredth of a pixel: shorter, and the same on every machine. */
function rounded(svg: string): string {
  return svg.replace(geometry, (_, name: string, value: string) => {
    const short = value.replace(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) =>
      String(Math.round(Number(number) * 100) / 100),
    );
    return ` ${name}="${short}"`;
  });
}

function accessible(svg: string, { name, title, description }: PictureText): string {
  const inner = svg.replace(/^<svg /, `<svg role="img" aria-labelledby="${name}-title ${name}-desc" `);
  const texts = `<title id="${name}-title">${escaped(title)}</title><desc id="${name}-desc">${escaped(description)}</desc>`;
  return inner.replace(/<style>[\s\S]*?<\/style>/, texts);
}

/** Loads the plotting library and a document to draw in. */
export async function loadDraughtsman(): Promise<Draughtsman> {
  const [plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
  const page = parseHTML("<!doctype html><html><body></body></html>") as { document: object };
  return {
    plot,
    draw(options, text) {
      const here: unknown = { className: "plot", ...options, document: page.document };
      const drawn: unknown = plot.plot(here as PlotModule.PlotOptions);
      return new Markup(accessible(rounded((drawn as Drawn).outerHTML), text));
    },
  };
}
