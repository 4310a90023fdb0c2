import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { ModelFileError } from "@stopwise/core";
import { taskFeatureList } from "@stopwise/features";
import { rowFeatureNames } from "@stopwise/learners";
import { openContainer, packContainer, type Section } from "../file/container.ts";
import { dequantised, quantised } from "../file/quantised.ts";
import type { SettingGrid } from "../portfolio/policy-family.ts";
import { binnedRows, unbinnedRows } from "./binned-rows.ts";
import { packedOutcomes, unpackedOutcomes } from "./packed-outcomes.ts";
import type { Past, PastRun } from "./past.ts";
import { experienceGrid, portfolioName } from "./portfolio.ts";

/** The contract between a pack and the program that reads it; another one is refused. */
const packContract = 1;

/** What a pack says of itself. */
export interface PackHeader {
  readonly contract: number;
  /** What the pack is called, e.g. `fine-tuning`. */
  readonly name: string;
  readonly portfolio: string;
  /** Names of the features that rows and tasks are told by. */
  readonly rowFeatures: readonly string[];
  readonly taskFeatures: readonly string[];
  readonly nRuns: number;
  readonly nGroups: number;
}

/** A pack that was read. */
export interface ExperiencePack {
  readonly header: PackHeader;
  readonly past: Past;
  /** SHA-256 of its content. */
  readonly hash: string;
}

function compressed(section: Uint8Array): Uint8Array {
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 };
  return new Uint8Array(brotliCompressSync(section, { params: quality }));
}

const bytesOf = (array: Exclude<Section, Uint8Array>): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Bytes column after column, `[nColumns, nRows]`: what is alike stands together. */
function transposed(cells: Uint8Array, nColumns: number): Uint8Array {
  const nRows = cells.length / nColumns;
  const turned = new Uint8Array(cells.length);
  for (let row = 0; row < nRows; row++) {
    for (let column = 0; column < nColumns; column++)
      turned[column * nRows + row] = cells[row * nColumns + column]!;
  }
  return turned;
}

/**
 * Writes what past runs teach as an experience pack: task facts, outcomes under the portfolio in 16 bits, and at most a
 * dozen binned rows of each run. The curves themselves are not in it. The same past gives the same bytes.
 *
 * @param past under the default portfolio
 * @param name what the pack is called
 */
export function packExperience(past: Past, name: string): Uint8Array {
  const header: PackHeader = {
    contract: packContract,
    name,
    portfolio: portfolioName(past.grid),
    rowFeatures: rowFeatureNames,
    taskFeatures: taskFeatureList.map((feature) => feature.name),
    nRuns: past.runs.length,
    nGroups: new Set(past.runs.map(({ group }) => group)).size,
  };
  const outcomes = packedOutcomes(past.table);
  const { rows } = past;
  const sixteen = (values: Float64Array): Uint8Array => bytesOf(Uint16Array.from(values, quantised));
  const sections: Record<string, Uint8Array> = {
    runs: new TextEncoder().encode(JSON.stringify(past.runs)),
    "rows.from": bytesOf(rows.from),
    "rows.features": transposed(binnedRows(rows.features), rowFeatureNames.length),
    "rows.saving": sixteen(rows.saving),
    "rows.loss": sixteen(rows.loss),
    "outcomes.counts": bytesOf(outcomes.counts),
    "outcomes.pairs": bytesOf(outcomes.pairs),
    "outcomes.which": bytesOf(outcomes.which),
  };
  return packContainer(
    header,
    Object.fromEntries(Object.entries(sections).map(([key, bytes]) => [key, compressed(bytes)])),
    "experience",
  );
}

const exportAgain = "Export it again with this version of stopwise.";

/**
 * The header of a pack, where it fits this program.
 *
 * @throws ModelFileError that names what does not fit
 */
function checkedHeader(header: unknown, grid: SettingGrid): PackHeader {
  const pack = header as PackHeader;
  if (pack.contract !== packContract) {
    throw new ModelFileError(
      `the experience pack has contract ${pack.contract}, this stopwise reads contract ${packContract}.`,
      exportAgain,
    );
  }
  const same = (a: readonly string[], b: readonly string[]): boolean => a.join("\n") === b.join("\n");
  const taskNames = taskFeatureList.map((feature) => feature.name);
  const other =
    pack.portfolio !== portfolioName(grid)
      ? `portfolio (${pack.portfolio}, here ${portfolioName(grid)})`
      : !same(pack.rowFeatures, rowFeatureNames)
        ? "checkpoint features"
        : !same(pack.taskFeatures, taskNames)
          ? "task features"
          : undefined;
  if (other === undefined) return pack;
  throw new ModelFileError(`the experience pack "${pack.name}" was made with another ${other}.`, exportAgain);
}

/**
 * Reads an experience pack.
 *
 * @param bytes the file's content
 * @throws ModelFileError when it is no pack, damaged, or made with another portfolio or other features
 */
export function openExperience(bytes: Uint8Array): ExperiencePack {
  const container = openContainer(bytes, "experience");
  const grid = experienceGrid();
  const header = checkedHeader(container.header, grid);
  const read = (name: string): Uint8Array => {
    // In a buffer of its own, aligned for wider numbers.
    const plain = brotliDecompressSync(container.section(name, "u8"));
    return new Uint8Array(plain);
  };
  const wide = (name: string): Uint16Array => new Uint16Array(read(name).buffer);
  const runs = JSON.parse(new TextDecoder().decode(read("runs"))) as PastRun[];
  const codes = read("rows.features");
  const table = unpackedOutcomes(
    { counts: wide("outcomes.counts"), pairs: wide("outcomes.pairs"), which: wide("outcomes.which") },
    grid.nSettings,
  );
  return {
    header,
    hash: container.hash,
    past: {
      runs,
      grid,
      table,
      rows: {
        from: new Int32Array(read("rows.from").buffer),
        features: unbinnedRows(transposed(codes, codes.length / rowFeatureNames.length)),
        saving: Float64Array.from(wide("rows.saving"), dequantised),
        loss: Float64Array.from(wide("rows.loss"), dequantised),
      },
    },
  };
}
