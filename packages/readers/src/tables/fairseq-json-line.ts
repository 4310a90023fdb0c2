import { loggedNumber } from "../files/python-json.ts";
import type { ConsoleLine } from "./console-lines.ts";

/** Speeds, sizes and what has been best so far. */
const isNoMeasure =
  /(^|_)(wps|ups|wpb|bsz|num_updates|update|epoch|wall|train_wall|clip|gb_free|loss_scale|best_\w+)$/;

const logged = (name: string): string => (name === "gnorm" || name === "train_gnorm" ? "grad_norm" : name);

function entriesIn(line: string): Readonly<Record<string, unknown>> | undefined {
  const from = line.indexOf('{"epoch"');
  if (from < 0 || !line.includes("num_updates") || !line.trimEnd().endsWith("}")) return undefined;
  try {
    const entries: unknown = JSON.parse(line.slice(from));
    return typeof entries === "object" && entries !== null ? { ...entries } : undefined;
  } catch {
    return undefined; // A line in another form, or cut.
  }
}

/**
 * A line of fairseq with `--log-format json`: `[valid][INFO] - {"epoch": 1, "valid_loss": "7.7",
 * "valid_num_updates": "200"}`. Its update number is the step, not the fraction of the epoch in `update`.
 *
 * @returns `undefined` for any other line
 */
export function fairseqJsonLine(line: string): ConsoleLine | undefined {
  const entries = entriesIn(line);
  if (entries === undefined) return undefined;
  const numbers = Object.entries(entries).flatMap(([name, value]): [string, number][] => {
    const number = loggedNumber(value);
    return number === undefined ? [] : [[name, number]];
  });
  return {
    step: numbers.find(([name]) => /(^|_)num_updates$/.test(name))?.[1],
    epoch: numbers.find(([name]) => name === "epoch")?.[1],
    planned: {},
    isEpochShare: false,
    closes: false,
    values: new Map(
      numbers.filter(([name]) => !isNoMeasure.test(name)).map(([name, value]) => [logged(name), value]),
    ),
  };
}
