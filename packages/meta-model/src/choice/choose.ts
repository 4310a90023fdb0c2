/**
 * How a policy is chosen from predicted savings and risks.
 *
 * - `constraint`: the largest predicted saving whose predicted risk is at most `level`.
 * - `price`: the largest predicted saving - risk / level: each task spends loss where it buys most saving.
 */
export interface ChoiceRule {
  readonly kind: "constraint" | "price";
  readonly level: number;
}

/**
 * The chosen candidate. Ties go to the smaller risk, then to the earlier candidate; candidate 0 is never-stop, with
 * saving 0 and risk 0, whatever was predicted for it. NaN predictions are never chosen.
 *
 * @param saving predicted savings `[nCandidates]`
 * @param risk predicted risks `[nCandidates]`
 */
export function choose(saving: ArrayLike<number>, risk: ArrayLike<number>, rule: ChoiceRule): number {
  let [best, bestScore, bestRisk] = [0, 0, 0];
  if (!(rule.level > 0)) return 0;
  for (let k = 1; k < saving.length; k++) {
    const itsRisk = risk[k]!;
    const score = rule.kind === "price" ? saving[k]! - itsRisk / rule.level : saving[k]!;
    if (rule.kind === "constraint" && !(itsRisk <= rule.level)) continue;
    if (score > bestScore || (score === bestScore && itsRisk < bestRisk)) {
      [best, bestScore, bestRisk] = [k, score, itsRisk];
    }
  }
  return best;
}

const geometric = (low: number, high: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => low * (high / low) ** (i / (n - 1)));

/** Levels that training chooses from, the strictest first; level 0 is never-stop. */
export const choiceLevels: Readonly<Record<"mean" | "tail", Record<ChoiceRule["kind"], readonly number[]>>> =
  {
    mean: {
      constraint: [0, ...geometric(0.0002, 0.1, 40)],
      price: [0, ...geometric(0.0005, 0.5, 40)],
    },
    tail: { constraint: [0, ...geometric(0.005, 0.6, 40)], price: [0, ...geometric(0.02, 5, 40)] },
  };
