import { InvalidInputError, metricClassSchema, regimeSchema, type Task } from "@stopwise/core";
import { targetList } from "@stopwise/trainers";
import type { Command } from "commander";
import { exitStatus } from "../command-line/failure.ts";
import {
  nonNegative,
  oneOf,
  openShare,
  positive,
  qualityLoss,
  relativeIncrease,
  someOf,
  wholeNumber,
} from "../command-line/flags.ts";
import { readJsonInput } from "../command-line/json-input.ts";
import { print, printJson } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { adviseFrom, requireKnownName, type Advice } from "../library/advice.ts";
import { fetchModel } from "../library/model-source.ts";
import { plannedTokens } from "../library/planned-tokens.ts";
import type { Request } from "../library/request.ts";
import { recommendationPage } from "./recommendation-page.ts";
import { targetPage } from "./recommend/target-page.ts";

interface RecommendFlags extends StoreFlags, Omit<Request, "evals"> {
  readonly json?: true;
  readonly pareto?: true;
  readonly requireCertificate?: true;
  readonly task?: string;
  readonly evals?: number;
  readonly tokensPerSecond?: number;
  readonly price?: number;
}

const examples = `
Examples:
  stopwise recommend --dataset-size 20000 --answer-length 4 --family t5 --max-em-loss 1pt --confidence 0.9
  stopwise recommend --model google/flan-t5-base --epochs 5 --evals 20 --dataset-size 20000 --target huggingface
  stopwise recommend --dataset-size 20000 --family t5 --pareto --point-worth 5%
  stopwise recommend --dataset-size 10000 --epochs 3 --family t5 --consider data-fraction,regularisation
  stopwise recommend --task task.json --bound mean --max-em-loss 0.5pt --json
`;

/** A JSON file that describes the task; flags win over it. */
function taskFile(file: string): Request {
  const value = readJsonInput("--task", file);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new InvalidInputError(
    `--task ${file} is no JSON object.`,
    'Write it like {"datasetSize": 20000, "family": "t5"}.',
  );
}

/** Flags that say how the answer is shown, not what is asked. */
const outputFlags: ReadonlySet<string> = new Set([
  "json",
  "pareto",
  "requireCertificate",
  "store",
  "task",
  "tokensPerSecond",
  "price",
]);

/** The flags that belong to the request. Loss in points keeps its unit, so that 30pt is not taken for a bare 0.3. */
function requestOf({ maxEmLoss, ...flags }: RecommendFlags): Request {
  const own = Object.entries(flags).filter(([name]) => !outputFlags.has(name));
  return {
    ...(flags.task === undefined ? {} : taskFile(flags.task)),
    ...Object.fromEntries(own),
    ...(maxEmLoss === undefined ? {} : { maxEmLoss: `${100 * Number(maxEmLoss)}pt` }),
  };
}

/** Output flags that would change nothing. */
function checkOutput(flags: RecommendFlags, task: Task): void {
  if (flags.price !== undefined && flags.tokensPerSecond === undefined) {
    throw new InvalidInputError(
      "--price is the price of an hour, and no speed tells the hours.",
      "Give --tokens-per-second too.",
    );
  }
  if (flags.tokensPerSecond !== undefined && plannedTokens(task) === undefined) {
    throw new InvalidInputError(
      "--tokens-per-second tells hours of planned tokens, and no plan tells them.",
      "Give --max-tokens, or steps or epochs with --batch-size, --sequence-length and --dataset-size.",
    );
  }
}

function statusOf(advice: Advice, mustBeCertified: boolean): number {
  if (advice.status === "abstained") return exitStatus.abstained;
  return mustBeCertified && advice.status !== "certified" ? exitStatus.abstained : exitStatus.done;
}

async function recommendVerb(flags: RecommendFlags): Promise<void> {
  if (flags.target === "list") {
    if (flags.json === true) printJson({ targets: targetList() });
    else print(targetPage());
    return;
  }
  const request = requestOf(flags);
  const model = await fetchModel(flags.store);
  requireKnownName(model, request);
  const advice = adviseFrom(model, request);
  checkOutput(flags, advice.task);
  if (flags.json === true) printJson(advice);
  else print(recommendationPage(advice, flags));
  process.exitCode = statusOf(advice, flags.requireCertificate === true);
}

/** Adds the flags of `recommend` to its command. */
export function defineRecommend(command: Command): void {
  const size = (flag: string, what: string, value = "n"): void => {
    command.option(`${flag} <${value}>`, what, positive(flag));
  };
  size("--dataset-size", "training examples");
  size("--answer-length", "usual answer length in tokens");
  command.option("--name <task>", "what your past runs call this task or group, so that they speak for it");
  command.option("--family <name>", "model family, e.g. t5, llama, gpt2");
  command.option("--model <name>", "model name; family and parameters are read from it");
  size("--params", "parameters of the model, e.g. 220M");
  command.option("--learning-rate <rate>", "peak learning rate", nonNegative("--learning-rate"));
  command.option("--schedule <name>", "learning-rate schedule, e.g. linear, cosine, constant");
  size("--max-steps", "planned optimiser steps");
  size("--max-tokens", "planned training tokens");
  size("--epochs", "planned epochs");
  size("--batch-size", "examples a step");
  size("--sequence-length", "tokens an example");
  size("--evals", "planned evaluations");
  size("--eval-size", "questions in the evaluation set");
  command.option("--weight-decay <x>", "weight decay", nonNegative("--weight-decay"));
  command.option("--dropout <p>", "dropout probability", nonNegative("--dropout"));
  command.option("--normalization <name>", "none, layer or batch");
  command.option("--metric <name>", "score that counts (default exact_match)");
  command.option(
    "--metric-class <class>",
    "what the metric measures, where its name does not tell",
    oneOf("--metric-class", metricClassSchema.options),
  );
  command.option(
    "--regime <regime>",
    "how the run begins, where the model's name does not tell",
    oneOf("--regime", regimeSchema.options),
  );
  command.option(
    "--scale <scale>",
    "how the trainer reports the metric: unit (0 to 1) or percent; its settings are written in it",
    oneOf("--scale", ["unit", "percent"]),
  );
  command.option("--task <file>", "JSON file with any of these facts; flags win over it");
  command.option(
    "--max-em-loss <loss>",
    "largest EM loss wanted: 0.01, 1pt or 1% (default 1pt)",
    qualityLoss("--max-em-loss"),
  );
  command.option(
    "--max-loss-increase <share>",
    "the same for runs with a loss only, relative",
    relativeIncrease("--max-loss-increase"),
  );
  command.option("--confidence <p>", "1 - alpha", openShare("--confidence"), 0.9);
  command.option(
    "--bound <kind>",
    "tail, mean or high-probability",
    oneOf("--bound", ["tail", "mean", "high-probability"]),
    "tail",
  );
  command.option(
    "--delivery <which>",
    "checkpoint that is used: best or last",
    oneOf("--delivery", ["best", "last"]),
    "best",
  );
  command.option(
    "--target <trainer>",
    "give the settings of this trainer, for a policy that it carries out exactly; list shows all",
  );
  command.option("--target-version <release>", "release of the trainer");
  command.option(
    "--consider <list>",
    "judge changes of the task beside it: data-fraction, regularisation, or both with a comma",
    someOf("--consider", ["data-fraction", "regularisation"]),
  );
  command.option(
    "--eval-cost <tokens>",
    "training tokens that one evaluation is worth, for the advice on cadence",
    nonNegative("--eval-cost"),
  );
  command.option("--pareto", "show the front of saving against EM loss, and its hypervolume");
  command.option(
    "--point-worth <saving>",
    "weighted choice: the share of the cost that one point of EM is worth, e.g. 5%; not certified",
    relativeIncrease("--point-worth"),
  );
  size("--tokens-per-second", "training speed, to tell hours");
  size("--price", "price of an hour, to tell money", "money");
  command.option("--require-certificate", "exit 3 unless the answer is certified");
  command.option("--seed <n>", "seed", wholeNumber("--seed"), 0);
  command.option("--json", "one JSON document on stdout");
  addStoreFlag(command).addHelpText("after", examples).action(recommendVerb);
}
