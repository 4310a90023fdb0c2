import { InvalidInputError } from "@stopwise/core";
import { maxEmLoss, type Judged } from "./held-out-stops.ts";

/** A run that is shown, and the rule that picked it. */
export interface Example {
  readonly title: string;
  readonly rule: string;
  readonly judged: Judged;
}

/** The run in the middle by a value: neither the best nor the worst case; ties go by id. */
function middle(judged: readonly Judged[], value: (judged: Judged) => number): Judged {
  const sorted = [...judged].sort((a, b) => value(a) - value(b) || (a.run.id < b.run.id ? -1 : 1));
  const found = sorted[Math.floor(sorted.length / 2)];
  if (found !== undefined) return found;
  throw new InvalidInputError("no shipped run fits the demo's rule.", "Name one with --run.");
}

/**
 * Two runs by a rule that is printed with them: one that the learned criterion stops, and one that it lets go on.
 *
 * @throws InvalidInputError when no run fits a rule
 */
export function examplesOf(judged: readonly Judged[]): readonly [Example, Example] {
  const hurt = judged.filter(({ stops }) => stops[0].emLoss > maxEmLoss);
  const stopped = hurt.filter(({ stops }) => stops[2].index !== null);
  const goesOn = hurt.filter(({ stops }) => stops[2].index === null && stops[3].saving < 0.1);
  return [
    {
      title: "A run that stops early",
      rule: `the middle one, by tokens saved, of the ${stopped.length} runs that patience 3 costs more than a point and the learned criterion stops`,
      judged: middle(stopped, ({ stops }) => stops[2].saving),
    },
    {
      title: "A run that rightly goes on",
      rule: `the middle one, by what patience 3 loses, of the ${goesOn.length} runs that the learned criterion lets go on and in which hindsight too saves less than 10 %`,
      judged: middle(goesOn, ({ stops }) => stops[0].emLoss),
    },
  ];
}
