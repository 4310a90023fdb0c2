/** A stop that is drawn as a vertical line with its letter. */
export interface MarkedStop {
  readonly letter: string;
  /** 0-based evaluation. */
  readonly index: number;
}

/** Size of a plot in characters, axes not counted. */
export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

const column = (index: number, n: number, width: number): number =>
  n === 1 ? 0 : Math.round((index * (width - 1)) / (n - 1));

function emptyGrid({ width, height }: PlotSize): string[][] {
  return Array.from({ length: height }, () => new Array<string>(width).fill(" "));
}

/** Draws a series into a grid, the smallest value at the bottom; NaN leaves a gap. */
function drawSeries(
  grid: string[][],
  values: ArrayLike<number>,
  [low, high]: readonly [number, number],
): void {
  const height = grid.length;
  const width = grid[0]!.length;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const share = high === low ? 0 : (value - low) / (high - low);
    grid[Math.round((1 - share) * (height - 1))]![column(i, values.length, width)] = "•";
  }
}

/** Draws the stops as dotted lines under the curve's points; letters that fall on one column stand beside each other. */
function drawStops(grid: string[][], stops: readonly MarkedStop[], n: number): string {
  const width = grid[0]!.length;
  const letters = new Array<string>(width).fill(" ");
  for (const { letter, index } of stops) {
    const at = column(index, n, width);
    for (const row of grid) if (row[at] === " ") row[at] = "┊";
    const after = letters.indexOf(" ", at);
    letters[after < 0 ? letters.lastIndexOf(" ") : after] = letter;
  }
  return letters.join("").trimEnd();
}

/**
 * A curve as text: points `•` over evaluations from left to right, stops as dotted lines with their letters below.
 *
 * @param values - `[nCheckpoints]`; NaN where a value is missing
 * @param stops - lines to draw
 * @param size - of the picture in characters
 */
export function terminalPlot(
  values: ArrayLike<number>,
  stops: readonly MarkedStop[],
  size: PlotSize,
): string {
  const finite = Array.from(values).filter((value) => !Number.isNaN(value));
  if (finite.length === 0) return "(no values)";
  const range = [Math.min(...finite), Math.max(...finite)] as const;
  const grid = emptyGrid(size);
  drawSeries(grid, values, range);
  const letters = drawStops(grid, stops, values.length);
  const titles = [range[1].toFixed(2), range[0].toFixed(2)];
  const margin = Math.max(...titles.map((title) => title.length));
  const title = (row: number): string => (row === 0 ? titles[0]! : row === size.height - 1 ? titles[1]! : "");
  const lines = grid.map((row, i) => `${title(i).padStart(margin)} │${row.join("").trimEnd()}`);
  const axis = `${" ".repeat(margin)} └${"─".repeat(size.width)}`;
  return [...lines, axis, `${" ".repeat(margin + 2)}${letters}`].join("\n");
}
