import { dequantised, quantised } from "../file/quantised.ts";
import type { OutcomeTable } from "../portfolio/outcome-table.ts";

/** Outcomes by run: the different ones, and which of them each setting has. A curve of twenty evaluations has few. */
export interface PackedOutcomes {
  /** Different outcomes of each run, `[nRuns]`. */
  readonly counts: Uint16Array;
  /** Saving and loss of each of them in 16 bits, one run after another, `[sum of counts, 2]`. */
  readonly pairs: Uint16Array;
  /** Which of its run's outcomes a setting has, `[nSettings, nRuns]`. */
  readonly which: Uint16Array;
}

/** Packs a table; savings and losses are held to [0, 1]. */
export function packedOutcomes({ nRuns, nSettings, saving, emLoss }: OutcomeTable): PackedOutcomes {
  const counts = new Uint16Array(nRuns);
  const pairs: number[] = [];
  const which = new Uint16Array(nRuns * nSettings);
  for (let run = 0; run < nRuns; run++) {
    const number = new Map<number, number>();
    for (let setting = 0; setting < nSettings; setting++) {
      const cell = run * nSettings + setting;
      const [a, b] = [quantised(saving[cell]!), quantised(emLoss[cell]!)];
      const key = a * 65536 + b;
      const found = number.get(key) ?? number.size;
      if (found === number.size) {
        number.set(key, found);
        pairs.push(a, b);
      }
      which[setting * nRuns + run] = found;
    }
    counts[run] = number.size;
  }
  return { counts, pairs: Uint16Array.from(pairs), which };
}

/** The table that `packedOutcomes` packed. */
export function unpackedOutcomes({ counts, pairs, which }: PackedOutcomes, nSettings: number): OutcomeTable {
  const nRuns = counts.length;
  const saving = new Float32Array(nRuns * nSettings);
  const emLoss = new Float32Array(nRuns * nSettings);
  let start = 0;
  for (let run = 0; run < nRuns; run++) {
    for (let setting = 0; setting < nSettings; setting++) {
      const pair = 2 * (start + which[setting * nRuns + run]!);
      saving[run * nSettings + setting] = dequantised(pairs[pair]!);
      emLoss[run * nSettings + setting] = dequantised(pairs[pair + 1]!);
    }
    start += counts[run]!;
  }
  return { nRuns, nSettings, saving, emLoss };
}
