/** What a shift in logits is fitted on: EM before and after, and how much of the cause there was. */
export interface Shifted {
  readonly group: string;
  /** EM before, in [0, 1]. */
  readonly em: number;
  /** The dose, >= 0: the shift is the coefficient times it. */
  readonly dose: number;
  /** EM after minus EM before. */
  readonly change: number;
}

/** Nearer to 0 or 1 no shift is told from the noise of an evaluation. */
const edge = 0.005;
const inside = (em: number): number => Math.min(Math.max(em, edge), 1 - edge);

/**
 * Change of an EM whose logit is shifted: logistic(logit(em) + shift) - em, with EM held between 0.005 and 0.995. A task
 * that is solved, or hopeless, changes little whatever is done to it.
 */
export function shiftedBy(em: number, shift: number): number {
  const before = inside(em);
  const odds = (before / (1 - before)) * Math.exp(shift);
  return odds / (1 + odds) - before;
}

/** A coefficient of least squared error, from all groups and without each of them. */
export interface LogitFit {
  readonly coefficient: number;
  readonly without: ReadonlyMap<string, number>;
  /** Squared error of the coefficients without each group, on that group; each group weighs 1. */
  readonly heldOutError: number;
}

/**
 * Fits the coefficient of a shift in logits over a grid: mean squared error of the change in EM, each group 1.
 *
 * @param items one or more of each group; of one group at least
 * @param grid coefficients that are tried, 0 among them
 */
export function fitShift(items: readonly Shifted[], grid: readonly number[]): LogitFit {
  const byGroup = new Map<string, Shifted[]>();
  for (const it of items) byGroup.set(it.group, [...(byGroup.get(it.group) ?? []), it]);
  const errors = [...byGroup].map(([group, members]) => ({
    group,
    errors: grid.map(
      (coefficient) =>
        members.reduce(
          (sum, { em, dose, change }) => sum + (change - shiftedBy(em, coefficient * dose)) ** 2,
          0,
        ) / members.length,
    ),
  }));
  const totals = grid.map((_, k) => errors.reduce((sum, it) => sum + it.errors[k]!, 0));
  const leastOf = (values: readonly number[]): number =>
    values.reduce((best, value, k) => (value < values[best]! - 1e-15 ? k : best), 0);
  const held = errors.map(({ group, errors: own }) => {
    const at = leastOf(totals.map((total, k) => total - own[k]!));
    return { group, coefficient: grid[at]!, error: own[at]! };
  });
  return {
    coefficient: grid[leastOf(totals)]!,
    without: new Map(held.map(({ group, coefficient }) => [group, coefficient])),
    heldOutError: held.reduce((sum, { error }) => sum + error, 0) / Math.max(1, held.length),
  };
}
