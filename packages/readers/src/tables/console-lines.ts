import { fairseqJsonLine } from "./fairseq-json-line.ts";
import { cellNumber } from "./markdown-table.ts";

/** What a console line tells: where the run stands and the numbers it names. */
export interface ConsoleLine {
  readonly step: number | undefined;
  readonly epoch: number | undefined;
  /** Planned end, where the line reads `N/M`. */
  readonly planned: { readonly steps?: number; readonly epochs?: number };
  /** Numbers by name as written. */
  readonly values: ReadonlyMap<string, number>;
}

const ansiColour = /\u001b\[[0-9;]*m/g;
const numeral = String.raw`[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf)\b`;
const place = (names: string): RegExp =>
  new RegExp(
    String.raw`(?:^|[^\w/])(?:${names})s?(?:\(\w+\))?['"]?\s*[:=#]?\s*[['"]?\s*(\d[\d,]*(?:\.\d+)?)(?:\s*(?:/|of)\s*(\d[\d,]*))?`,
    "i",
  );
const stepPlace = place("global[_ ]?step|num_updates|step|iteration|iter|update|batch(?==)");
const epochPlace = place("epoch");
const named = new RegExp(
  String.raw`(['"]?)([A-Za-z][\w@/. -]*?)\1\s*[:=]\s*(?:tensor\(|np\.float\d+\(|['"](?=[^'"]*['"]))?(${numeral})(%?)`,
  "g",
);
const unnamed = new RegExp(
  String.raw`(?:^|[,:|]\s*)((?:train|training|val|valid|validation|eval|test|dev)[ _][\w ]*?)\s+(${numeral})(?=\s|,|$)`,
  "gi",
);

const count = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text.replaceAll(",", ""));

/** The name without what stands before it in the line: timestamps, the level of a message, separators. */
const lastWords = (name: string): string =>
  name
    .split(/\s+-+\s+|\s{2,}|[|,]/)
    .at(-1)!
    .trim()
    .replace(/^(?:DEBUG|INFO|WARN(?:ING)?|ERROR)\s+/, "");

const fairseqValidation = /\|\s*valid\s*\||\|\s*valid on /;
const fairseqValue = new RegExp(String.raw`\|\s*([a-z][\w@]*)\s+(${numeral})(?=\s*(?:\||$))`, "gi");

/** The columns of a fairseq validation line, `| valid | ... | loss 8.2 | ppl 181 | num_updates 500`, named `valid ...`. */
function fairseqLine(line: string): ConsoleLine | undefined {
  if (!fairseqValidation.test(line)) return undefined;
  const found = [...line.matchAll(fairseqValue)].map(
    ([, name, digits]) => [name!, cellNumber(digits!)] as const,
  );
  const numbers = new Map(found.filter((pair): pair is readonly [string, number] => pair[1] !== undefined));
  const scores = [...numbers].filter(([name]) => !/^(epoch|num_updates|wps|wpb|bsz|best_\w+)$/.test(name));
  return {
    step: numbers.get("num_updates"),
    epoch: numbers.get("epoch"),
    planned: {},
    values: new Map(scores.map(([name, value]) => [`valid ${name}`, value])),
  };
}

function valuesOf(line: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const [, , name, digits] of line.matchAll(named)) {
    const value = cellNumber(digits!);
    if (value !== undefined) values.set(lastWords(name!), value);
  }
  for (const [, name, digits] of line.matchAll(unnamed)) {
    const value = cellNumber(digits!);
    if (value !== undefined && !values.has(name!.trim())) values.set(name!.trim(), value);
  }
  return values;
}

/**
 * Reads one line of a training console: `step:125/2900 val_loss:4.4`, `Epoch: 3/30`, `Valid Loss: 6.2 - Valid
 * Perplexity: 513`, `step 250: train loss 4.1, val loss 4.2`, `{'eval_loss': 1.2, 'epoch': 1.0}`,
 * fairseq's `| valid | epoch 001 | loss 8.2 | num_updates 500`, `Step 10 | loss:1.23 lr:2e-05`, `[metric][batch=12]: metrics/eval/Accuracy: 0.5`.
 */
export function readConsoleLine(raw: string): ConsoleLine {
  const line = raw.replace(ansiColour, "");
  const validation = fairseqJsonLine(line) ?? fairseqLine(line);
  if (validation !== undefined) return validation;
  const [step, epoch] = [stepPlace.exec(line), epochPlace.exec(line)];
  const [plannedSteps, plannedEpochs] = [count(step?.[2]), count(epoch?.[2])];
  return {
    step: count(step?.[1]),
    epoch: count(epoch?.[1]),
    planned: {
      ...(plannedSteps !== undefined && { steps: plannedSteps }),
      ...(plannedEpochs !== undefined && { epochs: plannedEpochs }),
    },
    values: valuesOf(line),
  };
}
