import type { Regime, RunRecord } from "../../packages/core/src/index.ts";

/** A pack that ships, and the files of run records that it is made of. */
export interface PackSources {
  readonly name: string;
  /** File names, of the curves folder or, with a slash, of the checkout. */
  readonly files: readonly string[];
  readonly isMember: (run: RunRecord, regime: Regime) => boolean;
}

/** Sources whose runs are language models from random weights, known from their loss alone. */
const preTrainingSources = new Set([
  "KellerJordan/modded-nanogpt",
  "PeterPonyu/free-repetition-band",
  "0Xero7/slm_training",
  "pszemraj/parameter-golf",
]);

/** Models that were trained from random weights on their task, among the fine-tuning files: JoeyNMT translation logs. */
const fromScratchFamilies = new Set(["nmt-transformer", "toy-transformer", "rnn", "lstm", "gru"]);

/**
 * The regime of a run of the reference curves: what is known of its source, which its record does not say.
 *
 * @param file that the run stands in, without its ending
 */
export function regimeOfSource(file: string, run: RunRecord): Regime {
  if (file === "pretrain") return "pre-training";
  if (file === "algorithmic" || file === "taskset" || file === "qa-sweep") return "from-scratch";
  if (preTrainingSources.has(run.source ?? "")) return "pre-training";
  return fromScratchFamilies.has(run.family ?? "") ? "from-scratch" : "fine-tuning";
}

const qualityOf =
  (wanted: Regime): PackSources["isMember"] =>
  (run, regime) =>
    run.kind === "quality" && regime === wanted;

/** Every pack that ships, in the order of the issue that asked for them. */
export const packSources: readonly PackSources[] = [
  { name: "fine-tuning", files: ["finetune", "finetune-recent"], isMember: qualityOf("fine-tuning") },
  {
    name: "fine-tuning-loss",
    files: ["loss", "loss-recent"],
    isMember: (run, regime) => run.kind === "loss" && regime === "fine-tuning",
  },
  { name: "pre-training", files: ["pretrain"], isMember: qualityOf("pre-training") },
  {
    name: "pre-training-loss",
    files: ["loss", "loss-recent", "taskset"],
    isMember: (run, regime) => run.kind === "loss" && regime !== "fine-tuning",
  },
  {
    name: "from-scratch",
    files: ["datasets/qa-sweep", "algorithmic", "finetune", "finetune-recent"],
    isMember: qualityOf("from-scratch"),
  },
];

/** Licences under which a run may be named as evidence; every other one, and none, leaves the names out. */
const namedUnder = /^(card:)?(apache-2\.0|mit|bsd(-\d-clause)?|cc0-1\.0|cc-by-4\.0|cc-by-sa-4\.0)$/i;

/** Whether a licence lets a run be named; that of a card is written `card:NAME`. */
export function mayBeNamed(license: string | undefined): boolean {
  return license !== undefined && namedUnder.test(license);
}
