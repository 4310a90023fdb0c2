import type * as z from "zod/mini";

/**
 * The rule that a schema issue is about, as a verb phrase that follows the field's name. The schema library's small
 * variant carries no texts of its own.
 *
 * @example a number below its minimum: "must be >= 0"
 */
export function ruleInWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return `must be ${issue.inclusive === false ? ">" : ">="} ${issue.minimum}`;
    case "too_big":
      return `must be ${issue.inclusive === false ? "<" : "<="} ${issue.maximum}`;
    case "not_multiple_of":
      return issue.divisor === 1 ? "must be a whole number" : `must be a multiple of ${issue.divisor}`;
    default:
      return "is not valid";
  }
}
