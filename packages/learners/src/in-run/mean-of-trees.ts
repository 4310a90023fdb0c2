import { BoostedTrees } from "../trees/boosting.ts";
import type { ByteReader, ByteWriter } from "../trees/bytes.ts";
import { nRowFeatures } from "./feature-rows.ts";
import { gainStatistic, type RowStatistic, type StatisticRule } from "./gain-statistic.ts";

/** Predicts the square root of the remaining gain as the mean of several boosted ensembles over the same columns. */
export class MeanOfTrees implements RowStatistic {
  readonly #members: readonly BoostedTrees[];
  readonly #rule: StatisticRule;

  constructor(members: readonly BoostedTrees[], rule: StatisticRule) {
    this.#members = members;
    this.#rule = rule;
  }

  predict(row: ArrayLike<number>): number {
    let sum = 0;
    for (const member of this.#members) sum += member.predict(row);
    return sum / this.#members.length;
  }

  statistic(row: ArrayLike<number>): number {
    return gainStatistic(this.predict(row), row, this.#rule);
  }

  statistics(rows: Float64Array): Float64Array {
    const sums = new Float64Array(rows.length / nRowFeatures);
    let bins = this.#members[0]!.binRows(rows);
    this.#members.forEach((member, k) => {
      const before = this.#members[k - 1];
      if (before !== undefined && !member.sharesCutsWith(before)) bins = member.binRows(rows);
      member.predictBinned(bins).forEach((value, row) => (sums[row]! += value));
    });
    return sums.map((sum, row) =>
      gainStatistic(
        sum / this.#members.length,
        rows.subarray(row * nRowFeatures, (row + 1) * nRowFeatures),
        this.#rule,
      ),
    );
  }

  write(writer: ByteWriter): void {
    writer.f64(this.#rule.remainingPower);
    writer.f64(this.#rule.floor);
    writer.u32(this.#members.length);
    for (const member of this.#members) member.write(writer);
  }

  /** Reads what `write` wrote. */
  static read(reader: ByteReader): MeanOfTrees {
    const rule = { remainingPower: reader.f64(), floor: reader.f64() };
    const members = Array.from({ length: reader.u32() }, () => BoostedTrees.read(reader));
    return new MeanOfTrees(members, rule);
  }
}
