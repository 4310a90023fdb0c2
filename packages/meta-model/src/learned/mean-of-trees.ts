import { BoostedTrees } from "../trees/boosting.ts";
import type { ByteReader, ByteWriter } from "../trees/bytes.ts";
import type { GainPredictor } from "./gain-statistic.ts";

/** The mean of several boosted ensembles over the same columns. */
export class MeanOfTrees implements GainPredictor {
  readonly #members: readonly BoostedTrees[];

  constructor(members: readonly BoostedTrees[]) {
    this.#members = members;
  }

  predict(row: ArrayLike<number>): number {
    let sum = 0;
    for (const member of this.#members) sum += member.predict(row);
    return sum / this.#members.length;
  }

  write(writer: ByteWriter): void {
    writer.u32(this.#members.length);
    for (const member of this.#members) member.write(writer);
  }

  /** Reads what `write` wrote. */
  static read(reader: ByteReader): MeanOfTrees {
    return new MeanOfTrees(Array.from({ length: reader.u32() }, () => BoostedTrees.read(reader)));
  }
}
