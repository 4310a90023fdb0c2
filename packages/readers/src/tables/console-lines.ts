import { readPlace, type ConsolePlace } from "./console-places.ts";
import { valuesIn } from "./console-values.ts";
import { fairseqJsonLine } from "./fairseq-json-line.ts";
import { cellNumber } from "./markdown-table.ts";

/** What a console line tells: where the run stands and the numbers it names. */
export interface ConsoleLine extends ConsolePlace {
  /** Numbers by name as written. */
  readonly values: ReadonlyMap<string, number>;
}

const ansiColour = /\u001b\[[0-9;]{0,20}[A-Za-z]/g;

const fairseqValidation = /\|\s?valid\s?\||\|\s?valid on /;

/** The columns of a fairseq validation line, `| valid | ... | loss 8.2 | ppl 181 | num_updates 500`, named `valid ...`. */
function fairseqLine(line: string): ConsoleLine | undefined {
  if (!fairseqValidation.test(line)) return undefined;
  const numbers = new Map<string, number>();
  for (const cell of line.split("|")) {
    const [name = "", digits = "", ...more] = cell.trim().split(/\s+/);
    const value = more.length === 0 && /^[a-z][\w@]*$/i.test(name) ? cellNumber(digits) : undefined;
    if (value !== undefined) numbers.set(name, value);
  }
  const scores = [...numbers].filter(([name]) => !/^(epoch|num_updates|wps|wpb|bsz|best_\w+)$/.test(name));
  return {
    step: numbers.get("num_updates"),
    epoch: numbers.get("epoch"),
    planned: {},
    isEpochShare: false,
    closes: false,
    values: new Map(scores.map(([name, value]) => [`valid ${name}`, value])),
  };
}

/** Values that say where a line stands, not what was measured. */
const isPlace = (name: string): boolean =>
  /(^|[\s_])(step|epoch|iter|iteration|batch|update)s?$|(^|_)num_updates$/i.test(name.slice(-40));

/** Longer lines are no output of a training: only their beginning is read. */
const longestLine = 1 << 16;

/**
 * Reads one line of a training console: `step:125/2900 val_loss:4.4`, `Epoch: 3/30`, `Valid Loss: 6.2 - Valid
 * Perplexity: 513`, `step 250: train loss 4.1, val loss 4.2`, `{'eval_loss': 1.2, 'epoch': 1.0}`,
 * fairseq's `| valid | epoch 001 | loss 8.2 | num_updates 500`, `Step 10 | loss:1.23 lr:2e-05`, `[metric][batch=12]: metrics/eval/Accuracy: 0.5`.
 */
export function readConsoleLine(raw: string): ConsoleLine {
  const line = raw.slice(0, longestLine).replace(ansiColour, "");
  const validation = fairseqJsonLine(line) ?? fairseqLine(line);
  if (validation !== undefined) return validation;
  const values = valuesIn(line);
  for (const name of values.keys()) if (isPlace(name)) values.delete(name);
  return { ...readPlace(line, values.size > 0), values };
}
