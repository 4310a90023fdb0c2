/** What a code cell of a notebook showed: HTML and text, each in the order of the cell. */
export interface CellOutputs {
  /** Number of the cell, counted from 1 over cells of any kind. */
  readonly cell: number;
  readonly html: readonly string[];
  /** What was printed. */
  readonly printed: readonly string[];
  /** Values that a cell ended in, as Python shows them. */
  readonly shown: readonly string[];
}

type Entries = Readonly<Record<string, unknown>>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Text that a notebook stores as one string or as a list of lines. */
function textOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  const lines = listOf(value).filter((line) => typeof line === "string");
  return lines.length > 0 ? [lines.join("")] : [];
}

function outputsOf(cell: unknown, index: number): CellOutputs {
  const outputs = isEntries(cell) ? listOf(cell["outputs"]).filter(isEntries) : [];
  const data = outputs.map((output) => (isEntries(output["data"]) ? output["data"] : {}));
  const isStream = (output: Entries): boolean => output["output_type"] === "stream";
  return {
    cell: index + 1,
    // Before version 4 of the format the types stood beside `output_type` under short names.
    html: [
      ...data.flatMap((types) => textOf(types["text/html"])),
      ...outputs.flatMap(({ html }) => textOf(html)),
    ],
    printed: outputs.filter(isStream).flatMap(({ text }) => textOf(text)),
    shown: data.flatMap((types) => textOf(types["text/plain"])),
  };
}

/** The outputs of each code cell of a notebook, of version 3 or 4 of the format; empty where it is none. */
export function notebookOutputs(content: unknown): CellOutputs[] {
  if (!isEntries(content)) return [];
  const sheets = listOf(content["worksheets"]).filter(isEntries);
  const cells = [...listOf(content["cells"]), ...sheets.flatMap((sheet) => listOf(sheet["cells"]))];
  return cells.map(outputsOf);
}
