import { LogFormatError } from "@stopwise/core";
import type { LogReader } from "../contract.ts";
import { rolesOf } from "../tables/generic-columns.ts";
import { runsOfTable, type GenericRow } from "../tables/generic-rows.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber } from "../files/python-json.ts";

type Entries = Readonly<Record<string, unknown>>;
type Lists = ReadonlyMap<string, readonly unknown[]>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The metric lists of a History, bare or under `history`. */
function listsOf(value: unknown): Lists {
  const history = isEntries(value) && isEntries(value["history"]) ? value["history"] : value;
  if (!isEntries(history)) return new Map();
  const lists = Object.entries(history).flatMap(([name, values]) => {
    const list = Array.isArray(values) ? (values as unknown[]) : indexed(values);
    return list === undefined ? [] : [[name, list] as const];
  });
  return new Map(lists);
}

/** The values of an object whose keys count from 0, as pandas writes a column. */
function indexed(value: unknown): unknown[] | undefined {
  if (!isEntries(value)) return undefined;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key, index) => key === String(index))
    ? Object.values(value)
    : undefined;
}

/** Whether a list holds places of its own, as the columns of a saved data frame do. */
const isPlace = (name: string): boolean => /^(epoch|step|global_step)$/.test(name);

/**
 * After how many epochs each was evaluated: more than one where Keras's `validation_freq` made the `val_` lists
 * shorter than that of the training loss.
 */
function validationFrequency(all: Lists, chosen: Lists): number {
  const nEpochs = all.get("loss")?.length ?? 0;
  const nEvaluated = [...chosen].find(([name]) => name.startsWith("val_"))?.[1].length ?? 0;
  const every = nEvaluated === 0 ? 1 : Math.floor(nEpochs / nEvaluated);
  return every > 1 && Math.floor(nEpochs / every) === nEvaluated ? every : 1;
}

/** One row per index; where no list tells the epoch, the index is the epoch that ends so many. */
function rowsOf(lists: Lists, every: number): GenericRow[] {
  const nRows = Math.max(0, ...[...lists.values()].map((list) => list.length));
  const isPlaced = [...lists.keys()].some(isPlace);
  return Array.from({ length: nRows }, (_, index) => {
    const row = Object.create(null) as Record<string, number>;
    if (!isPlaced) row["epoch"] = (index + 1) * every - 1;
    for (const [name, list] of lists) {
      const value = loggedNumber(list[index]);
      if (value !== undefined) row[name] = value;
    }
    return row;
  });
}

/**
 * The lists of the evaluations where lists of several lengths stand in one file, such as one value per step beside
 * one per epoch: those of the length that most evaluation lists have, of equally many the shorter.
 */
function evaluatedLists(lists: Lists): { lists: Lists; warnings: string[] } | undefined {
  const lengths = [...new Set([...lists.values()].map((list) => list.length))];
  if (lengths.length === 1) return { lists, warnings: [] };
  const ofLength = (length: number) => [...lists].filter(([, list]) => list.length === length);
  const count = (length: number): number =>
    rolesOf(
      ofLength(length).map(([name]) => name),
      { bareScores: false },
    ).evaluation.length;
  const [best] = lengths.toSorted((left, right) => count(right) - count(left) || left - right);
  if (best === undefined || count(best) === 0) return undefined;
  const others = [...lists].filter(([, list]) => list.length !== best).map(([name]) => name);
  const warnings = [
    `lists of another length than the ${best} evaluations are not read: ${others.join(", ")}.`,
  ];
  return { lists: new Map(ofLength(best)), warnings };
}

/**
 * History of Keras or tfjs as users save it: a JSON object of lists, one value per epoch counted from 0, bare or under
 * `history`; `val_` lists are the evaluation. Lists named `epoch` or `step` (a saved data frame) give the places.
 */
export const kerasHistory: LogReader = {
  format: "keras-history",
  title: "Keras or tfjs History",
  description: {
    recognised: "a `.json` object of lists, bare or under `history`",
    quality: "`val_` lists, one value per epoch",
    plan: "not told",
    end: "not told",
    notRead: "lists of another length than most evaluation lists",
  },
  detect: (file) => {
    if (!/\.json$/i.test(file.name)) return 0;
    const lists = /^\s*\{\s*"[^"]+"\s*:\s*(\[\s*(-?\d|NaN|null|")|\{|\d)/.test(
      file.headText.replace(/^\uFEFF/, ""),
    );
    const scores =
      /"(val_\w{1,60}|loss|eval_\w{1,60})"\s{0,9}:\s{0,9}(\[|\{\s{0,9}"0"\s{0,9}:)\s{0,9}(-?[\d.]|-?Infinity|NaN|null)/;
    return lists && scores.test(file.headText) ? 0.6 : 0;
  },
  read: async ([file]) => {
    const all = listsOf(await readJson(file!));
    const chosen = evaluatedLists(all);
    if (chosen === undefined) {
      const lengths = [...new Set([...all.values()].map((list) => list.length))];
      const rule = `must hold lists of one length, got ${lengths.join(", ") || "none"}.`;
      throw new LogFormatError({ file: file!.path }, rule, "Save the history of one training.");
    }
    const { lists, warnings } = chosen;
    const rows = rowsOf(lists, validationFrequency(all, lists));
    const names = [...new Set([...(rows[0]?.["epoch"] === undefined ? [] : ["epoch"]), ...lists.keys()])];
    const { runs, reason } = runsOfTable({ names, rows, bareScoresAreTraining: true });
    return [
      {
        path: file!.path,
        runs,
        warnings,
        ...(reason === undefined ? {} : { reason: `the history ${reason}` }),
      },
    ];
  },
};
