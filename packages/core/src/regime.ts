import * as z from "zod/mini";
import { modelFacts } from "./model-name.ts";

/** How a run begins: from weights trained on other data, as a language model from random weights, or as a task model from random weights. */
export const regimeSchema = z.enum(["fine-tuning", "pre-training", "from-scratch"]);

/** One of `fine-tuning`, `pre-training`, `from-scratch`. */
export type Regime = z.infer<typeof regimeSchema>;

/** The past runs of one regime and kind, e.g. `fine-tuning` or `pre-training-loss`: what a certificate is about. */
export type PopulationName = Regime | `${Regime}-loss`;

/** What a regime is told by. */
export interface RegimeFacts {
  readonly regime?: Regime | null | undefined;
  readonly model?: string | null | undefined;
  readonly family?: string | null | undefined;
}

const fromScratchFamilies = new Set(["toy-transformer", "nmt-transformer", "lstm", "gru", "rnn"]);
/** Names of models by their width and depth, such as `t5-d32-l1`: nobody trained those before. */
const sizedByHand = /-d\d+(-l\d+)?$/;

/**
 * The regime of a task or run: as told, else taken from the model's name, and then `assumed`. Models that nobody hands
 * out trained (recurrent networks, toy transformers, names such as `t5-d32-l1`) start from scratch; every other one is
 * taken for a fine-tune, which is what most runs are.
 *
 * @example regimeOf({ model: "bert-base-uncased" }) // { regime: "fine-tuning", assumed: true }
 */
export function regimeOf({ regime, model, family }: RegimeFacts): { regime: Regime; assumed: boolean } {
  if (regime !== null && regime !== undefined) return { regime, assumed: false };
  const named = family ?? modelFacts(model ?? "").family;
  const isOwnDesign = sizedByHand.test(model?.toLowerCase() ?? "") || fromScratchFamilies.has(named ?? "");
  return { regime: isOwnDesign ? "from-scratch" : "fine-tuning", assumed: true };
}

/** The population of a regime and of what its runs are judged by. */
export function populationOf(regime: Regime, kind: "quality" | "loss"): PopulationName {
  return kind === "loss" ? `${regime}-loss` : regime;
}
