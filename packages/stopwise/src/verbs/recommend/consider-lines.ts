import type { Advice } from "../../library/advice.ts";
import { renderTable } from "../../command-line/table.ts";
import { percent } from "../../command-line/percent.ts";

const signed = (em: number): string => `${em > 0 ? "+" : ""}${(100 * em).toFixed(1)}`;

type Variant = NonNullable<Advice["advice"]["consider"]>["variants"][number];

function rangeOf({ emChange }: Variant): string {
  if (emChange === undefined) return "-";
  const level = emChange.level === undefined ? "" : `, ${percent(emChange.level)}`;
  return `${signed(emChange.low)} to ${signed(emChange.high)}${level}`;
}

function markOf(variant: Variant): string {
  if (variant.withinBound === undefined) return "-";
  if (variant.withinBoundAtWorst === true) return "yes, the whole range";
  return variant.withinBound ? "yes, the mean" : "no";
}

/** A mean within the bound whose range is not is no promise. */
const doubt = (variant: Variant): string =>
  variant.withinBoundAtWorst === true ? "" : " by the mean, though not by its range";

const indented = (text: string): string[] => text.split("\n").map((line) => `  ${line}`);

/** What less data or other regularisation would do, as lines of the page; none where it was not asked for. */
export function considerLines(advice: Advice): string[] {
  const { consider } = advice.advice;
  if (consider === undefined) return [];
  if (consider.reason !== undefined) return ["", `Considered: nothing can be told: ${consider.reason}`];
  const { variants, finalEm } = consider;
  const known = variants.filter((variant) => variant.reason === undefined);
  const table = renderTable(known, [
    { title: "variant", value: (it) => it.label },
    { title: "tokens", value: (it) => percent(it.tokens ?? 1), align: "right" },
    { title: "EM change, points", value: (it) => signed(it.emChange?.mean ?? 0), align: "right" },
    { title: "range", value: rangeOf },
    {
      title: "final EM",
      value: (it) => (it.finalEm === undefined ? null : percent(it.finalEm)),
      align: "right",
    },
    { title: "within bound", value: markOf },
  ]);
  const unknown = variants
    .filter((variant) => variant.reason !== undefined)
    .map((variant) => `  ${variant.label}: nothing is predicted, ${variant.reason!}`);
  const best = variants.find((variant) => variant.label === consider.best);
  return [
    "",
    "Considered, against the full run to its end (each with its own stopping policy):",
    ...indented(table),
    ...unknown,
    ...(best === undefined
      ? ["  no variant is predicted to keep the bound"]
      : [`  fewest tokens within the bound${doubt(best)}: ${best.label}. ${best.sentence ?? ""}`]),
    ...(consider.plan === undefined ? [] : [`  plan: ${consider.plan}`]),
    ...(consider.basis === undefined ? [] : [`  read ${consider.basis}`]),
    ...(finalEm === undefined
      ? []
      : [
          `  full run: best EM ${percent(finalEm.mean)} (${percent(finalEm.low)} to ${percent(finalEm.high)}) on these past runs`,
        ]),
    `  ${consider.note}`,
  ];
}
