import { consoleNumber } from "../consoles/console-number.ts";
import { consoleReader, type LineGrammar } from "../consoles/console-reader.ts";
import type { ConsoleEntry } from "../consoles/console-run.ts";

const header = /^\s*(?:E +# +\S|Itn +\S)/;
const rule = /^\s*-+(?:\s+-+)+\s*$/;

/** Names of the columns stand apart by two blanks or more, since some hold one: `LOSS TOK2VEC`. */
const namesOf = (line: string): string[] => line.trim().split(/\s{2,}/);

const isLoss = (name: string): boolean => /\bLOSS\b/i.test(name);
const isPlace = (name: string): boolean => /^(E|#|Itn)$/.test(name);
const isSpeed = (name: string): boolean => /\b(SPEED|WPS|TOKEN ?%|Dep Loss)\b/i.test(name);

function rowOf(names: readonly string[], cells: readonly number[]): ConsoleEntry {
  const pairs = names.map((name, index) => [name, cells[index]!] as const);
  const at = (name: string): number | undefined => pairs.find(([column]) => column === name)?.[1];
  const losses = pairs.filter(([name]) => isLoss(name)).map(([, value]) => value);
  const scores = pairs.filter(([name]) => !isPlace(name) && !isLoss(name) && !isSpeed(name));
  return {
    step: at("#"),
    epoch: at("E") ?? at("Itn"),
    evaluation: Object.fromEntries(scores),
    training: losses.length === 0 ? undefined : { loss: losses.reduce((sum, loss) => sum + loss, 0) },
  };
}

const tableGrammar = (): LineGrammar => {
  let names: string[] = [];
  return (line) => {
    if (header.test(line)) {
      const beginsRun = names.length > 0;
      names = namesOf(line);
      return { beginsRun, ...(names.includes("SCORE") ? { known: { metric: "SCORE" } } : {}) };
    }
    if (names.length === 0 || rule.test(line)) return undefined;
    const cells = line.trim().split(/\s+/).map(consoleNumber);
    if (cells.length !== names.length || cells.includes(undefined)) return undefined;
    return rowOf(names, cells as number[]);
  };
};

/**
 * The table that `spacy train` prints: `E` epoch, `#` step, `LOSS ...` columns, then scores of the development set, of
 * which `SCORE` is the weighted one that spaCy selects by. A second heading begins another training.
 */
export const spacyTable = consoleReader({
  format: "spacy-table",
  title: "spaCy training table",
  description: {
    recognised: "a heading `E  #  LOSS ...` (spaCy 3) or `Itn ...` (spaCy 2) over a rule of dashes",
    quality: "`SCORE`, else the accuracy or F column",
    plan: "not told",
    end: "not told",
    notRead: "columns of speed; rows with another number of cells than the heading",
  },
  signature: /^[^\S\n]*(?:E {2,}# +(?:LOSS|[A-Z])|Itn {2,}\S)[^\n]*\r?\n[^\S\n]*-{2,}/m,
  grammar: tableGrammar,
});
