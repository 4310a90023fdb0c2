import {
  type CompositePolicy,
  compositePolicySchema,
  got,
  InvalidInputError,
  parseWith,
  type Policy,
  type SimplePolicy,
  simplePolicySchema,
} from "@stopwise/core";
import * as z from "zod/mini";
import type { StopperContext } from "../statistic/contract.ts";
import { criteria } from "../criteria/index.ts";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { relaxingSchema } from "./relaxing.ts";

const composites = new Set<string>(compositePolicySchema.shape.criterion.options);

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function refuseUnknown(value: Fields, shape: object, where: string): void {
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(shape, key));
  if (unknown === undefined) return;
  throw new InvalidInputError(
    `${where || "policy"} has no field "${unknown}".`,
    `Fields are ${Object.keys(shape).join(", ")}; a criterion's own go into params.`,
  );
}

function parseComposite(value: Fields, where: string, context: StopperContext): CompositePolicy {
  refuseUnknown(value, compositePolicySchema.shape, where);
  const { of } = value;
  if (!Array.isArray(of) || of.length === 0) {
    throw new InvalidInputError(
      `${where ? `${where}.` : ""}of must be a list of policies, got ${got(of)}.`,
      "Give at least one.",
    );
  }
  const members = of.map((member, i) => parseAt(member, `${where ? `${where}.` : ""}of.${i}`, context));
  const shell = parseWith(compositePolicySchema, { ...value, of: members }, where);
  const broken = compositeFault(shell);
  if (broken !== undefined) throw new InvalidInputError(`${where ? `${where}.` : ""}${broken}`, "");
  const schema = shell.criterion === "relaxing" ? relaxingSchema : z.strictObject({});
  return {
    ...shell,
    of: members,
    params: parseWith(schema, shell.params, where ? `${where}.params` : "params"),
  };
}

/** What a kind of composite asks of its members, where they fall short of it. */
function compositeFault({ criterion, of, warmup }: CompositePolicy): string | undefined {
  if ((criterion === "guard" || criterion === "sequence") && of.length < 2) {
    return `of must hold at least two policies for ${criterion}, got ${of.length}. Add one, or use it alone.`;
  }
  if (criterion === "relaxing" && (of.length !== 1 || "of" in of[0]!)) {
    return "of must hold one policy of one criterion for relaxing. Put relaxing inside the composite instead.";
  }
  if (criterion === "afterWarmup" && warmup === undefined) {
    return 'warmup must be given for afterWarmup, got nothing. Add for example { "evals": 5 }.';
  }
  return undefined;
}

function withDefaults(value: Fields, definition: CriterionDefinition | undefined): Fields {
  const monitor = value["monitor"] ?? definition?.monitor ?? "quality";
  return {
    ...value,
    monitor,
    direction: value["direction"] ?? (monitor === "quality" ? "max" : "min"),
    compare: value["compare"] ?? definition?.compare ?? ">=",
    threshold: value["threshold"] === undefined && value["criterion"] === "never" ? null : value["threshold"],
  };
}

function definitionOf(
  value: Fields,
  where: string,
  context: StopperContext,
): CriterionDefinition | undefined {
  const name = value["criterion"];
  if (typeof name !== "string") {
    throw new InvalidInputError(
      `${where || "policy"}: criterion must be a name, got ${got(name)}.`,
      `Known: ${names()}.`,
    );
  }
  const definition = criteria.get(name);
  const learned = value["model"] !== undefined || Object.hasOwn(context.criteria ?? {}, name);
  if (definition === undefined && !learned) {
    throw new InvalidInputError(
      `${where ? `${where}.` : ""}criterion "${name}" is not known.`,
      `Known: ${names()}.`,
    );
  }
  return definition;
}

const names = (): string => [...criteria.keys(), ...composites].join(", ");

function parseSimple(value: Fields, where: string, context: StopperContext): SimplePolicy {
  refuseUnknown(value, simplePolicySchema.shape, where);
  const definition = definitionOf(value, where, context);
  const policy = parseWith(simplePolicySchema, withDefaults(value, definition), where);
  if (definition === undefined) return policy;
  const params = parseWith(definition.schema, policy.params, where ? `${where}.params` : "params");
  const broken = definition.check?.(policy, params);
  if (broken !== undefined) throw new InvalidInputError(`${where ? `${where}.` : ""}${broken}`, "");
  return { ...policy, params };
}

/** Composites within composites; deeper than anyone writes, shallow enough for every stack. */
const deepest = 16;

function parseAt(value: unknown, where: string, context: StopperContext): Policy {
  if (where.split("of.").length > deepest + 1) {
    throw new InvalidInputError(
      `the policy nests more than ${deepest} composites.`,
      "Put policies side by side in one anyOf or allOf.",
    );
  }
  if (!isFields(value)) {
    throw new InvalidInputError(
      `${where || "policy"} must be an object, got ${got(value)}.`,
      "Give the policy as JSON.",
    );
  }
  return composites.has(String(value["criterion"]))
    ? parseComposite(value, where, context)
    : parseSimple(value, where, context);
}

/**
 * Validates a policy given as data and fills in its defaults: the monitor that the criterion watches, `min` for
 * losses and norms and `max` for quality, the comparison of the criterion's source. Parsing what it returns gives
 * the same again.
 *
 * A criterion that is not built in is accepted when the policy names its `model` or the context brings it.
 *
 * @param json the policy as parsed JSON
 * @param context brings criteria beside the built-in ones
 * @throws {InvalidInputError} with one line that names the field, the value got and the rule.
 *
 * @example
 * parsePolicy({ version: 1, criterion: "staleness", threshold: 3 }).compare // ">="
 */
export function parsePolicy(json: unknown, context: StopperContext = {}): Policy {
  return parseAt(json, "", context);
}
