/** Learning-rate schedules by the names that trainers give them. */
export const schedules: readonly string[] = [
  "linear",
  "cosine",
  "cosine_with_restarts",
  "cosine_with_min_lr",
  "cosine_warmup_with_min_lr",
  "polynomial",
  "constant",
  "constant_with_warmup",
  "inverse_sqrt",
  "reduce_lr_on_plateau",
  "warmup_stable_decay",
  "wsd",
  "exponential",
  "step",
  "multistep",
  "one_cycle",
  "rex",
  "trapezoidal",
  "greedy",
];

/** A schedule's name as it is listed: lower case, with underscores. */
export function scheduleName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^schedulertype\./, "")
    .replaceAll(/[\s-]+/g, "_");
}
