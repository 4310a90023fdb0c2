import { neverStop, type SimplePolicy } from "@stopwise/core";

/**
 * Policies that share criterion, parameters and warm-up and differ in the threshold only, so that they are nested:
 * a higher threshold never stops earlier.
 */
export interface PolicyFamily {
  /** The policy; its own threshold is replaced by those of the grid. */
  readonly template: SimplePolicy;
  /** Thresholds from patient to eager, strictly falling. */
  readonly thresholds: readonly number[];
  /** Whether thresholds count evaluations, and so are whole numbers. */
  readonly integer: boolean;
}

/**
 * Every setting of every family in one row: setting 0 is never-stop; then come the families one after another, each
 * from its most patient threshold to its most eager one.
 */
export class SettingGrid {
  readonly families: readonly PolicyFamily[];
  readonly nSettings: number;
  readonly #starts: number[] = [];
  readonly #familyOf: number[] = [-1];

  constructor(families: readonly PolicyFamily[]) {
    this.families = families;
    let next = 1;
    families.forEach((family, index) => {
      this.#starts.push(next);
      next += family.thresholds.length;
      family.thresholds.forEach(() => this.#familyOf.push(index));
    });
    this.nSettings = next;
  }

  /** The first (most patient) setting of a family. */
  startOf(family: number): number {
    return this.#starts[family]!;
  }

  /** Family of a setting; -1 for never-stop. */
  familyOf(setting: number): number {
    return this.#familyOf[setting]!;
  }

  /** The policy of a setting, ready to be replayed or shipped. */
  policyOf(setting: number): SimplePolicy {
    const family = this.#familyOf[setting]!;
    if (family < 0) return neverStop;
    const { template, thresholds } = this.families[family]!;
    return { ...template, threshold: thresholds[setting - this.#starts[family]!]! };
  }

  /**
   * The setting that a shift of tau reaches from a base setting of the same family: patience ceil(base * 2^tau), a real
   * threshold base + tau * scale, where the scale is the base itself up to the distance that is left to 1. The grid
   * rounds to the patient side; beyond its most patient threshold, and at tau = +infinity, it is never-stop.
   */
  shifted(setting: number, tau: number): number {
    const family = this.#familyOf[setting]!;
    if (family < 0 || tau === Infinity) return 0;
    const { thresholds, integer } = this.families[family]!;
    const start = this.#starts[family]!;
    const base = thresholds[setting - start]!;
    const target = integer ? Math.ceil(base * 2 ** tau - 1e-9) : base + tau * shiftScale(base, thresholds);
    let level = thresholds.length - 1;
    while (level >= 0 && thresholds[level]! < target - 1e-9) level--;
    return level < 0 ? 0 : start + level;
  }
}

/** Half the base threshold, or half the way to the most patient one where that is shorter: the unit of tau. */
function shiftScale(base: number, thresholds: readonly number[]): number {
  const room = Math.max(thresholds[0]! - base, (thresholds[0]! - thresholds.at(-1)!) / 20);
  return Math.min(Math.abs(base), room) / 2 + 1e-6;
}

/** Shifts that calibration tries, the safest first; +infinity means never stop. */
export const tauGrid: readonly number[] = [
  Infinity,
  ...Array.from({ length: 25 }, (_, index) => 4 - index * 0.25),
];
