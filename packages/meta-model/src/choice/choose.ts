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
 * @param rule how it is chosen; level 0 is never-stop
 */
export function choose(saving: ArrayLike<number>, risk: ArrayLike<number>, rule: ChoiceRule): number {
  return chooseAlong(saving, risk, { kind: rule.kind, levels: [rule.level] })[0]!;
}

/** A kind of rule with its levels, the strictest first. */
export interface LevelPath {
  readonly kind: ChoiceRule["kind"];
  readonly levels: readonly number[];
}

/**
 * The candidates that a rule chooses at each of several levels, `[nLevels]`; see {@link choose}.
 *
 * @param saving predicted savings `[nCandidates]`
 * @param risk predicted risks `[nCandidates]`
 * @param path the kind of rule, and its levels from the strictest on
 */
export function chooseAlong(saving: ArrayLike<number>, risk: ArrayLike<number>, path: LevelPath): Int32Array {
  return path.kind === "constraint"
    ? alongConstraint(saving, risk, path.levels)
    : alongPrice(saving, risk, path.levels);
}

/** Puts each candidate at the first level that admits it, then carries the best on: n log L + L steps. */
function alongConstraint(
  saving: ArrayLike<number>,
  risk: ArrayLike<number>,
  levels: readonly number[],
): Int32Array {
  const chosen = new Int32Array(levels.length);
  const better = (a: number, b: number): boolean =>
    b === 0
      ? saving[a]! > 0
      : saving[a]! > saving[b]! ||
        (saving[a] === saving[b] && (risk[a]! < risk[b]! || (risk[a] === risk[b] && a < b)));
  for (let k = 1; k < saving.length; k++) {
    let [low, high] = [0, levels.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (levels[middle]! > 0 && risk[k]! <= levels[middle]!) high = middle;
      else low = middle + 1;
    }
    if (low < levels.length && better(k, chosen[low]!)) chosen[low] = k;
  }
  for (let level = 1; level < levels.length; level++) {
    const before = chosen[level - 1]!;
    if (before > 0 && (chosen[level] === 0 || better(before, chosen[level]!))) chosen[level] = before;
  }
  return chosen;
}

function alongPrice(
  saving: ArrayLike<number>,
  risk: ArrayLike<number>,
  levels: readonly number[],
): Int32Array {
  return Int32Array.from(levels, (level) => {
    if (!(level > 0)) return 0;
    let best = 0;
    let bestScore = 0;
    let bestRisk = 0;
    for (let k = 1; k < saving.length; k++) {
      const score = saving[k]! - risk[k]! / level;
      if (score > bestScore || (score === bestScore && best > 0 && risk[k]! < bestRisk)) {
        best = k;
        bestScore = score;
        bestRisk = risk[k]!;
      }
    }
    return best;
  });
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
