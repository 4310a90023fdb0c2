import { type Policy, simplePolicySchema } from "@stopwise/core";
import { trainers } from "./registry.ts";
import type { Fidelity, Trainer } from "./trainer.ts";

/** A kind of policy that trainers are asked about: a column of the list. */
interface Kind {
  readonly title: string;
  readonly policy: Policy;
}

const staleness = (fields: object = {}): Policy =>
  simplePolicySchema.parse({ version: 1, criterion: "staleness", threshold: 3, ...fields });

const kinds: readonly Kind[] = [
  { title: "patience", policy: staleness() },
  { title: "on the eval loss", policy: staleness({ monitor: "evalLoss", direction: "min" }) },
  { title: "dead band", policy: staleness({ params: { minDelta: 0.01 } }) },
  { title: "ratchet", policy: staleness({ params: { minDelta: 0.01, minDeltaMode: "ratchet" } }) },
  { title: "relative margin", policy: staleness({ params: { minDelta: 0.01, minDeltaMode: "relative" } }) },
  { title: "ties are gains", policy: staleness({ params: { tie: "good" } }) },
  { title: "warm-up passed over", policy: staleness({ warmup: { evals: 5, updatesBest: false } }) },
  { title: "warm-up that moves the best", policy: staleness({ warmup: { evals: 5, updatesBest: true } }) },
  {
    title: "counted after a warm-up",
    policy: staleness({ monitor: "evalLoss", direction: "min", params: { countAfter: 5 } }),
  },
  { title: "stops at NaN", policy: staleness({ nan: "stop" }) },
  { title: "level to beat", policy: staleness({ params: { baseline: 0.5 } }) },
  { title: "last checkpoint", policy: staleness({ delivery: "last" }) },
  { title: "share of the tokens", policy: staleness({ threshold: 0.3, params: { unit: "tokenShare" } }) },
  {
    title: "composites, learned",
    policy: { version: 1, criterion: "anyOf", of: [staleness()], params: {}, delivery: "best" },
  },
];

/** What one trainer can express. */
export interface TargetRow {
  readonly target: string;
  readonly title: string;
  readonly aliases: readonly string[];
  /** The release that its settings are written for unless told otherwise. */
  readonly version: string;
  readonly advice: string;
  /** Fidelity by kind of policy, in the order of the table's columns. */
  readonly expresses: Readonly<Record<string, Fidelity["fidelity"]>>;
}

function rowOf(trainer: Trainer): TargetRow {
  const { name: target, title, aliases, newest: version, advice } = trainer;
  const expresses = Object.fromEntries(
    kinds.map((kind) => [kind.title, trainer.expressible(kind.policy).fidelity]),
  );
  return { target, title, aliases, version, advice, expresses };
}

/** Every trainer and what it can express: what `recommend --target list` and docs/trainers.md show. */
export function targetList(): TargetRow[] {
  return trainers.map(rowOf);
}
