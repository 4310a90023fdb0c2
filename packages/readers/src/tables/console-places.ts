/** Where a console line stands, as far as it tells. */
export interface ConsolePlace {
  readonly step: number | undefined;
  readonly epoch: number | undefined;
  /** Planned end, where the line reads `N/M` or names it. */
  readonly planned: { readonly steps?: number; readonly epochs?: number };
  /** The epoch was printed with a decimal point: a share of the training, not a counter. */
  readonly isEpochShare: boolean;
  /** The line ends what stands above it: `Epoch 3 ended.` */
  readonly closes: boolean;
}

interface Found {
  readonly word: string;
  readonly at: number;
  readonly total: number | undefined;
  readonly isShare: boolean;
}

/** Every part is bounded, so that a line of any length is read in linear time. */
const candidate =
  /(global[_ ]?step|num_updates|step|iteration|iter|update|batch|epoch)(s?)(?:\(\w{1,20}\))?['"]?\s{0,20}([:=#]?)\s{0,20}\[?['"]?\s{0,20}(\d[\d,]{0,14}(?:\.\d{1,15})?)(?:\s{0,20}(?:\/|of)\s{0,20}(\d[\d,]{0,14}))?/gi;

const count = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text.replaceAll(",", ""));

/** Words before a place that make it a setting, a plan or a thing of the past. */
const otherWords =
  /(^|[^a-z])(max|maximum|total|num|number of|accumulation|warm-?up|every|per|each|history|best|optimi[sz]ation|remaining|planned|decay|last|resum\w{2,4}|from|with|until|to|in|than|patience)[\s_:-]{0,3}$/i;
/** Words before a place that say what is done there. */
const leadingWords =
  /(^|[^a-z])(at|after|for|on|of|end|train|training|start|starting|begin|beginning|eval|evaluation|evaluating|validation|validating|valid|val|test|testing|running|current|completed|finished|done|optimizer|and|now|info|debug|root|main)[\s_:-]{0,3}$/i;
const savesOrLoads =
  /\b(sav(e|ed|es|ing)|load(ed|ing|s)?|writing|written|wrote|resum(e|ed|ing)|restor(e|ed|ing)|checkpoint)\b/i;

/** How a place stands in its line. */
interface Context {
  readonly before: string;
  readonly isPlural: boolean;
  readonly separator: string;
  readonly hasValues: boolean;
}

/** Whether `step 100` in a line tells where the training stands, rather than a setting or a thing of the past. */
function tellsPlace({ before, isPlural, separator, hasValues }: Context): boolean {
  if (otherWords.test(before.slice(-24))) return false;
  if (isPlural && !hasValues) return false;
  const isStructured = /(^|[|,;:({[\])>*#='"\-\u2013\u2014.])\s{0,20}['"]?$/.test(before.slice(-24));
  if (isStructured) return true;
  if (separator === ":" || separator === "=") return true;
  return leadingWords.test(before.slice(-24)) && (hasValues || !savesOrLoads.test(before));
}

/** Behind a number that is no place: a percentage, a range, a unit. */
const isOtherNumber = (behind: string): boolean => /^(%|\w|-\d|\.\d)/.test(behind);

const planWords =
  /(^|[^a-z])(max|maximum|total|num|number of|optimi[sz]ation|training|planned)[\s_:-]{0,3}$/i;

function placesIn(line: string, hasValues: boolean) {
  const steps: Found[] = [];
  const epochs: Found[] = [];
  const planned: { steps?: number; epochs?: number } = {};
  for (const match of line.matchAll(candidate)) {
    const [whole, word = "", plural, separator = "", digits = "", total] = match;
    const before = line.slice(Math.max(0, match.index - 200), match.index);
    const isNamed = word.toLowerCase() === "num_updates" && /(^|[^\w])[a-z]{1,10}_$/i.test(before.slice(-12));
    if (/[\w/]$/.test(before) && !isNamed) continue;
    if (isOtherNumber(line.slice(match.index + whole.length, match.index + whole.length + 2))) continue;
    const isEpoch = word.toLowerCase() === "epoch";
    const isPlural = plural !== "";
    if (isPlural && separator !== "" && (planWords.test(before.slice(-24)) || !hasValues)) {
      if (!/accumulation|warm|eval|log|save/i.test(before.slice(-24))) {
        planned[isEpoch ? "epochs" : "steps"] ??= count(digits)!;
      }
      continue;
    }
    if (word.toLowerCase() === "batch" && separator !== "=") continue;
    if (word.toLowerCase() === "update" && digits.includes(".")) continue;
    if (!tellsPlace({ before, isPlural, separator, hasValues })) continue;
    const found = {
      word: word.toLowerCase(),
      at: count(digits)!,
      total: count(total),
      isShare: digits.includes("."),
    };
    (isEpoch ? epochs : steps).push(found);
  }
  return { steps, epochs, planned };
}

/** The trainer's own step before counters of batches. */
const chosenStep = (steps: readonly Found[]): Found | undefined =>
  steps.find(({ word }) => /^global/.test(word)) ??
  steps.find(({ word }) => word === "num_updates") ??
  steps[0];

/** `Validation: iteration 3/5`: the counter is of the batches of an evaluation. */
const countsEvaluation =
  /^\W{0,40}(sanity check\w*|valid\w*|evaluat\w*|eval|test\w*|predict\w*)( \w{1,20})?\s?\d{0,2}:\s{0,5}(iteration|iter|batch|step)\s{0,5}\d{1,12}\s?\/\s?\d/i;

const closing = /^\W{0,20}epoch\s{1,5}\d{1,9}\W{0,3}\s(ended|finished|completed)\b/i;

/**
 * Reads where a console line stands. Settings, plans, ranges and what was loaded or saved tell no place; a plan that
 * is named (`Total optimization steps = 6146`) is one.
 *
 * @param line - without colours
 * @param hasValues - whether the line names a measured value
 */
export function readPlace(line: string, hasValues: boolean): ConsolePlace {
  const isOfEvaluation = countsEvaluation.test(line.slice(0, 160));
  const { steps, epochs, planned } = placesIn(line, hasValues);
  const step = isOfEvaluation ? undefined : chosenStep(steps);
  const epoch = epochs[0];
  const plannedSteps = step?.total ?? planned.steps;
  const plannedEpochs = epoch?.total ?? planned.epochs;
  return {
    step: step?.at,
    epoch: epoch?.at,
    planned: {
      ...(plannedSteps !== undefined && { steps: plannedSteps }),
      ...(plannedEpochs !== undefined && { epochs: plannedEpochs }),
    },
    isEpochShare: epoch?.isShare === true,
    closes: closing.test(line.slice(0, 80)),
  };
}

/** The state of a progress bar: `14%|##   | 10/70 [10:05<2:40:53, 3.34it/s]`. */
export interface ProgressBar {
  /** What stands before it, without a colon; empty for the bar of a training. */
  readonly label: string;
  readonly at: number;
  readonly total: number;
}

const barBehind = /\|\s{0,5}(\d{1,12})\/(\d{1,12}) \[/y;

/** The last progress bar of a console line, undefined where it has none. */
export function readBar(line: string): ProgressBar | undefined {
  const mark = line.lastIndexOf("%|");
  if (mark < 0) return undefined;
  const end = line.indexOf("|", mark + 2);
  if (end < 0) return undefined;
  barBehind.lastIndex = end;
  const found = barBehind.exec(line);
  if (found === null) return undefined;
  const label = line
    .slice(Math.max(0, mark - 80), mark)
    .replace(/\d{1,3}$/, "")
    .replace(/[^A-Za-z ]/g, "")
    .trim();
  return { label, at: Number(found[1]), total: Number(found[2]) };
}
