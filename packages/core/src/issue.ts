import type * as z from "zod/mini";

function comparison(issue: { inclusive?: boolean | undefined }, sign: "<" | ">"): string {
  return issue.inclusive === true ? `${sign}=` : sign;
}

/**
 * The rule that a value broke, in words that follow the field's name: `must be > 0`.
 *
 * @param issue one issue of a zod error
 */
export function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_small":
      return `must be ${comparison(issue, ">")} ${issue.minimum}`;
    case "too_big":
      return `must be ${comparison(issue, "<")} ${issue.maximum}`;
    case "invalid_type":
      return `must be a ${issue.expected}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "unrecognized_keys":
      return `has unknown fields ${issue.keys.join(", ")}`;
    default:
      return `is not allowed (${issue.code})`;
  }
}
