import {
  hasDecimalComma,
  InvalidInputError,
  metricClassOf,
  metricClassSchema,
  nearest,
  readLoss,
  readNumber,
  readShare,
  ruleOf,
  scheduleName,
  schedules,
  taskSchema,
  type MetricClass,
  type Task,
} from "@stopwise/core";
import * as z from "zod/mini";

const positive = z.number().check(z.positive());
const probability = z.number().check(z.gt(0), z.lt(1));

/** What to recommend for: a task, the bound, and how the answer is wanted. */
export const requestSchema = z.extend(taskSchema, {
  /** Largest EM loss wanted, absolute: 0.01 is one point. */
  maxEmLoss: z.optional(z.number().check(z.positive(), z.maximum(1))),
  /** For loss-only runs: the largest relative increase of the loss wanted. */
  maxLossIncrease: z.optional(positive),
  /** 1 - alpha. */
  confidence: z._default(probability, 0.9),
  bound: z._default(z.enum(["tail", "mean", "high-probability"]), "tail"),
  /** Saving, a share of the cost, that one point (0.01) of loss is worth: asks for the weighted choice, uncertified. */
  pointWorth: z.optional(positive),
  delivery: z._default(z.enum(["best", "last"]), "best"),
  /** Trainer that the policy must be exact for. */
  target: z.optional(z.string()),
  targetVersion: z.optional(z.string()),
  /** How the trainer reports the metric: a share in [0, 1] or percent; trainer settings are written in it. */
  scale: z._default(z.enum(["unit", "percent"]), "unit"),
  /** Changes of the task that are judged beside it. */
  consider: z.optional(z.array(z.enum(["data-fraction", "regularisation"]))),
  /** Training tokens that one evaluation is worth. */
  evalCost: z.optional(z.number().check(z.nonnegative())),
  seed: z._default(z.number().check(z.nonnegative()), 0),
});

type Input = z.input<typeof requestSchema>;

/** Fields that take a number, which may be written as in flags: `"20k"`, `"7B"`, `"1pt"`. */
type Written<T> = T extends number ? T | string : T;

/** What to recommend for, as a caller writes it. */
export type Request = { [Field in keyof Input]: Written<Input[Field]> };

/** A request with its defaults filled in. */
export type FullRequest = z.output<typeof requestSchema>;

const fixes: Readonly<Record<string, string>> = {
  maxEmLoss: "Write one point as 0.01 or 1pt; it is absolute, and as a bare number below 0.3.",
  maxLossIncrease: "Write one percent as 0.01 or 1%.",
  confidence: "Give a share between 0 and 1, such as 0.9.",
  bound: "Use tail, mean or high-probability.",
  pointWorth: "Write five percent of the tokens for a point as 0.05.",
  delivery: "Use best or last.",
  regime: "Use fine-tuning, pre-training or from-scratch.",
  consider: 'Give a list of "data-fraction" and "regularisation".',
  evalCost: "Give tokens >= 0 for one evaluation, such as 50000.",
  scale: "Use unit for shares in [0, 1], percent for 0 to 100.",
  seed: "Give a whole number >= 0.",
};

const fields = Object.keys(requestSchema.shape);

/** Fields that hold text: what is written there is never read as a number. */
const texts: ReadonlySet<string> = new Set([
  "name",
  "family",
  "model",
  "schedule",
  "normalization",
  "metric",
  "metricClass",
  "regime",
  "bound",
  "delivery",
  "target",
  "targetVersion",
  "scale",
]);

/** A bare number from here on is most likely meant in points, and is refused, never guessed. */
const bareLimit = 0.3;

function refuseBare(value: unknown): void {
  const bare = typeof value === "number" ? value : typeof value === "string" ? readNumber(value) : Number.NaN;
  if (!(bare >= bareLimit)) return;
  const fix = bare <= 100 ? `Write points as "${bare}pt".` : 'For one point write "1pt".';
  throw new InvalidInputError(`maxEmLoss as a bare number must be < 0.3, got ${bare}.`, fix);
}

function readField(field: string, value: unknown): unknown {
  if (field === "maxEmLoss") refuseBare(value);
  if (typeof value !== "string" || texts.has(field)) return value;
  const read = ((): number => {
    if (field === "maxEmLoss") return readLoss(value).value;
    const isShare = ["maxLossIncrease", "confidence", "pointWorth", "dropout"].includes(field);
    return isShare ? readShare(value) : readNumber(value);
  })();
  if (!Number.isNaN(read)) return read;
  const fix = hasDecimalComma(value) ? `Write a decimal point: ${value.replace(",", ".")}.` : fixes[field];
  throw new InvalidInputError(
    `${field} must be a number, got ${JSON.stringify(value)}.`,
    fix ?? "Write it like 20000, 20k or 7B.",
  );
}

function checkNames(request: object): void {
  const unknown = Object.keys(request).find((name) => !fields.includes(name));
  if (unknown === undefined) return;
  const near = fields.find((field) => field.toLowerCase() === unknown.toLowerCase().replaceAll(/[_-]/g, ""));
  const meant = near ?? nearest(unknown, fields);
  throw new InvalidInputError(
    `a request has no field "${unknown}".`,
    meant === undefined ? `Fields are ${fields.join(", ")}.` : `Did you mean ${meant}?`,
  );
}

/** The class of the metric that is asked about; one that the name does not tell must be told. */
function metricClassOfRequest({ metric, metricClass }: FullRequest): MetricClass {
  if (metricClass) return metricClass;
  const name = metric ?? "exact_match";
  const isReward = /reward/i.test(name) && !/acc/i.test(name);
  const told = isReward ? undefined : metricClassOf(name);
  if (told !== undefined) return told;
  throw new InvalidInputError(
    `metric "${name}" does not tell what it measures.`,
    `Say it with metricClass (--metric-class): ${metricClassSchema.options.join(", ")}.`,
  );
}

/** Fields that would have no effect on the answer; each with what would give them one. */
function checkEffect(request: FullRequest, given: Readonly<Record<string, unknown>>): void {
  const isLoss = metricClassOfRequest(request) === "loss";
  const name = request.metric ?? "exact_match";
  const idle: readonly (readonly [boolean, string, string])[] = [
    [
      !isLoss && given["maxLossIncrease"] !== undefined,
      `maxLossIncrease bounds a loss, and ${name} is none.`,
      "Give maxEmLoss (--max-em-loss) for it, or the metric that is a loss.",
    ],
    [
      isLoss && given["maxEmLoss"] !== undefined,
      `maxEmLoss bounds a quality, and ${name} is a loss.`,
      "Give maxLossIncrease (--max-loss-increase) for it.",
    ],
    [
      request.targetVersion !== undefined && request.target === undefined,
      "targetVersion is the release of a trainer, and no target is given.",
      "Give target (--target) too, or leave it out.",
    ],
    [
      isLoss && request.scale === "percent",
      "scale is that of a quality, and the metric is a loss.",
      "Leave it out.",
    ],
  ];
  const found = idle.find(([isIdle]) => isIdle);
  if (found !== undefined) throw new InvalidInputError(found[1], found[2]);
}

function checkSchedule(name: string | null | undefined): void {
  if (!name || schedules.includes(scheduleName(name))) return;
  const near = nearest(scheduleName(name), schedules);
  throw new InvalidInputError(
    `schedule "${name}" is not known.`,
    near === undefined ? `Known: ${schedules.join(", ")}.` : `Did you mean ${near}?`,
  );
}

/**
 * Checks a request once, at the boundary. Nothing is ignored: an unknown field, a field that cannot change the answer, an
 * unknown metric or schedule is refused with the fix.
 *
 * @throws InvalidInputError that names the field, the value got and the fix.
 */
export function parseRequest(request: Request): FullRequest {
  const value: unknown = request;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidInputError(
      "a request must be an object.",
      'Write it like { datasetSize: 20_000, family: "t5" }.',
    );
  }
  checkNames(value);
  const given = Object.fromEntries(
    Object.entries(value)
      .filter(([, of]) => of !== undefined)
      .map(([field, of]) => [field, readField(field, of)]),
  );
  const parsed = z.safeParse(requestSchema, given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = String(issue.path[0] ?? "request");
    throw new InvalidInputError(
      `${field} ${ruleOf(issue)}, got ${JSON.stringify((value as Record<string, unknown>)[field])}.`,
      fixes[field] ?? "Leave it out where it is unknown.",
    );
  }
  const full = parsed.data;
  checkSchedule(full.schedule);
  checkEffect(full, given);
  return { ...full, metricClass: metricClassOfRequest(full) };
}

/** The task part of a request. */
export function taskOfRequest(request: FullRequest): Task {
  const names = Object.keys(taskSchema.shape) as (keyof Task)[];
  return Object.fromEntries(
    names.filter((name) => request[name] !== undefined).map((name) => [name, request[name]]),
  );
}
