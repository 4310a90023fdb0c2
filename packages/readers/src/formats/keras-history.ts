import { LogFormatError } from "@stopwise/core";
import type { LogReader } from "../contract.ts";
import { runsOfTable, type GenericRow } from "../tables/generic-rows.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber } from "../files/python-json.ts";

type Entries = Readonly<Record<string, unknown>>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The metric lists of a History, bare or under `history`. */
function listsOf(value: unknown): Map<string, readonly unknown[]> {
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

type Lists = ReadonlyMap<string, readonly unknown[]>;

const isValidation = (name: string): boolean => name.startsWith("val_");

/**
 * After how many epochs each was evaluated: 1 where all lists are of one length, more where Keras's `validation_freq`
 * made the validation lists shorter; undefined where the lengths fit neither.
 */
function validationFrequency(lists: Lists): number | undefined {
  const lengths = (ofValidation: boolean): number[] => [
    ...new Set(
      [...lists].filter(([name]) => isValidation(name) === ofValidation).map(([, list]) => list.length),
    ),
  ];
  const [nEpochs, ...others] = lengths(false);
  const [nEvaluated, ...more] = lengths(true);
  if (others.length + more.length > 0) return undefined;
  if (nEpochs === undefined || nEvaluated === undefined || nEvaluated === nEpochs)
    return nEpochs === undefined && nEvaluated === undefined ? undefined : 1;
  const every = nEvaluated === 0 ? 0 : Math.floor(nEpochs / nEvaluated);
  return every > 1 && Math.floor(nEpochs / every) === nEvaluated ? every : undefined;
}

/** Where the value of an epoch stands in a list, counted from 0; -1 where it was not evaluated. */
const placeIn = (name: string, epoch: number, every: number): number =>
  !isValidation(name) ? epoch : (epoch + 1) % every === 0 ? (epoch + 1) / every - 1 : -1;

function rowsOf(lists: Lists, every: number): GenericRow[] {
  const nEpochs = Math.max(0, ...[...lists.values()].map((list) => list.length));
  return Array.from({ length: nEpochs }, (_, epoch) => {
    const row: Record<string, number | string> = { epoch };
    for (const [name, list] of lists) {
      const value = loggedNumber(list[placeIn(name, epoch, every)]);
      if (value !== undefined && name !== "epoch") row[name] = value;
    }
    return row;
  });
}

/**
 * History of Keras or tfjs as users save it: a JSON object of lists of equal length, one value per epoch counted
 * from 0, bare or under `history`; `val_` lists are the evaluation.
 */
export const kerasHistory: LogReader = {
  format: "keras-history",
  title: "Keras or tfjs History",
  description: {
    recognised: "a `.json` object of lists of one length, bare or under `history`",
    quality: "`val_` lists, one value per epoch",
    plan: "not told",
    end: "not told",
    notRead: "lists of the training data",
  },
  detect: (file) => {
    if (!/\.json$/i.test(file.name)) return 0;
    const lists = /^\s*\{\s*"[^"]+"\s*:\s*(\[\s*(-?\d|NaN|null|")|\{|\d)/.test(
      file.headText.replace(/^\uFEFF/, ""),
    );
    const scores = /"(val_\w+|loss)"\s*:\s*(\[|\{\s*"0"\s*:)\s*(-?[\d.]|-?Infinity|NaN|null)/;
    return lists && scores.test(file.headText) ? 0.6 : 0;
  },
  read: async ([file]) => {
    const lists = listsOf(await readJson(file!));
    const lengths = new Set([...lists.values()].map((list) => list.length));
    const every = validationFrequency(lists);
    if (every === undefined) {
      const rule = `must hold lists of one length, got ${[...lengths].join(", ") || "none"}.`;
      throw new LogFormatError({ file: file!.path }, rule, "Save the history of one training.");
    }
    const names = ["epoch", ...[...lists.keys()].filter((name) => name !== "epoch")];
    const { runs, reason } = runsOfTable({ names, rows: rowsOf(lists, every), bareScoresAreTraining: true });
    return [
      {
        path: file!.path,
        runs,
        warnings: [],
        ...(reason === undefined ? {} : { reason: `the history ${reason}` }),
      },
    ];
  },
};
